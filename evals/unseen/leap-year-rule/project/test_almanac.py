from almanac.leap import is_leap
from almanac.months import day_of_year, month_length


def test_the_year_2000():
    assert is_leap(2000)


def test_plain_years():
    assert not is_leap(2023)
    assert not is_leap(1900)


def test_february():
    assert month_length(2024, 2) == 29
    assert month_length(2023, 2) == 28


def test_last_day():
    assert day_of_year(2023, 12, 31) == 365
