"""What is read from a request by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.compact import asks_for_fix, asks_for_tests
from pycode.providers.compact_request import (
    asks_for_change,
    defining_file,
    files_spoken_of,
    names_in,
    new_file_of,
    target_of,
    wanted_texts,
)

FILES = ["README.md", "app/main.py", "app/cart.py", "settings.toml", "tests/test_cart.py"]


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        ("Add a function total() to app/cart.py.", "app/cart.py"),
        ("cart.py needs a method clear().", "app/cart.py"),
        ("Set debug to false in settings.toml.", "settings.toml"),
        ("Add a section about what app/main.py prints to the README.", "README.md"),
        ("Add a test for an empty cart (app/cart.py) to tests/test_cart.py.", "tests/test_cart.py"),
        ("Put the names that main.py prints into settings.toml.", "settings.toml"),
        ("Rename load to load_all in app/cart.py and everywhere it is used.", None),
        ("Move total from app/cart.py to app/main.py.", None),
        ("What does app/cart.py do?", None),
        ("Run app/main.py.", None),
        ("Make main.py faster.", "app/main.py"),
        ("Add a file app/prices.py like app/cart.py.", None),
    ],
)
def test_the_file_that_has_to_change_is_told_by_the_words(
    request_: str, target: str | None
) -> None:
    assert target_of(request_, FILES) == target


def test_files_are_known_by_path_name_and_capitals_in_the_order_of_the_words() -> None:
    request = "See README, then main.py; not main.pyc, not x/app/cart.py"
    assert files_spoken_of(request, FILES) == ["README.md", "app/main.py"]
    assert files_spoken_of("main.py", ["a/main.py", "b/main.py"]) == []


def test_a_new_program_is_told_from_what_a_command_prints() -> None:
    assert new_file_of("Write a script hello.py that greets.", FILES) == "hello.py"
    assert new_file_of("Run main.py and save what it prints in out.md.", FILES) is None
    assert new_file_of("Write the names into names.txt.", FILES) is None
    assert new_file_of("Add total() to app/cart.py.", FILES) is None


def test_a_question_is_no_change_and_an_order_behind_one_is() -> None:
    assert not asks_for_change("Which functions should be removed?")
    assert asks_for_change("Why does it print nothing? Please correct that.")
    assert not asks_for_change("Run the program.")


def test_a_setting_called_debug_is_no_bug() -> None:
    assert not asks_for_fix("Switch debug off.")
    assert asks_for_fix("Please debug this.")


def test_tests_are_asked_for_by_name_too() -> None:
    assert asks_for_tests("There are none yet. Write some in test_convert.py.")
    assert not asks_for_tests("Fix the code so that the tests pass.")


def test_names_of_code_are_found() -> None:
    assert names_in("Give Shelf a method oldest() that raises ValueError.")[:2] == [
        "oldest",
        "Shelf",
    ]
    assert names_in("Use max_size and JobQueue.") == ["max_size", "JobQueue"]


def test_the_file_that_defines_a_name_comes_before_its_tests() -> None:
    hits = {"tests/test_a.py": ["def total():"], "use.py": ["total()"], "a.py": ["def total(x):"]}
    assert defining_file("total", hits) == "a.py"
    assert defining_file("total", {"use.py": ["total()"]}) is None


@pytest.mark.parametrize(
    ("request_", "path", "wanted"),
    [
        ("Add an option --times N to a.py.", "a.py", ["--times"]),
        ('Print "Not found: NAME" then.', "a.py", ["Not found"]),
        ('"python a.py x" ends with a traceback.', "a.py", []),
        ('It takes a colour such as "#ff8000".', "a.py", []),
        ("Set the port to 9090.", "a.json", ["9090"]),
        ("Set the port to 9090.", "a.py", []),
        ("Add the variable LOG_LEVEL.", "a.yaml", ["LOG_LEVEL"]),
        ("Eva has a new address: eva@example.org.", "a.csv", ["eva@example.org"]),
    ],
)
def test_what_has_to_stand_there_then(request_: str, path: str, wanted: list[str]) -> None:
    assert wanted_texts(request_, path, "") == wanted
    assert wanted_texts(request_, path, " ".join(wanted)) == []


@given(st.text(max_size=200))
def test_no_request_is_too_strange(request_: str) -> None:
    assert target_of(request_, FILES) in [None, *FILES]
    assert set(files_spoken_of(request_, FILES)) <= set(FILES)
    assert all(text in request_ for text in wanted_texts(request_, "a.json", ""))
    names_in(request_)
