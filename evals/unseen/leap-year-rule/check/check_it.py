import calendar
import unittest

from almanac.leap import is_leap
from almanac.months import day_of_year


class Check(unittest.TestCase):
    def test_every_year(self):
        for year in range(1583, 2500):
            self.assertEqual(bool(is_leap(year)), calendar.isleap(year), year)

    def test_last_day(self):
        self.assertEqual(day_of_year(2400, 12, 31), 366)
