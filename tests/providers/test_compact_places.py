"""The places in a file that a small model can change."""

from __future__ import annotations

from pycode.providers.compact_places import (
    appended,
    fewest,
    fitted,
    places,
    removed,
    without_body,
)

CODE = """\
import os


class Cart:
    def __init__(self):
        self.items = []

    @property
    def total(self):
        return sum(self.items)


def main():
    print(Cart().total)
""".splitlines()


def test_definitions_and_statements_are_places_of_python() -> None:
    found = places("a.py", CODE)
    assert found is not None
    assert [place.name.strip() for place in found] == [
        "import os",
        "class Cart:",
        "def __init__(self):",
        "@property",
        "def main():",
    ]
    assert found[3].text == "    @property\n    def total(self):\n        return sum(self.items)"
    assert [place.is_unit for place in found] == [False, True, True, True, True]


def test_other_files_and_broken_ones_have_lines() -> None:
    assert places("a.json", ["{}"]) is None
    assert places("a.py", ["def f(:"]) is None


def test_a_place_is_named_by_as_many_lines_as_it_needs() -> None:
    lines = ["x", "y", "x", "z"]
    assert [fewest(lines, index) for index in range(4)] == [2, 1, 2, 1]
    assert fewest(["x", "x"], 1) is None


def test_code_is_moved_to_where_it_belongs() -> None:
    place = "    def f(self):\n        return 1"
    assert fitted(place, "def f(self):\n    return 2\n") == "    def f(self):\n        return 2"
    assert (
        fitted(place, "    def f(self):\n        return 2") == "    def f(self):\n        return 2"
    )


def test_what_a_model_wrote_beside_the_definition_is_left_out() -> None:
    written = "import os\n\ndef f():\n    return 2\n\ndef g():\n    return 3\n"
    assert fitted("def f():\n    return 1", written) == "def f():\n    return 2"


def test_code_with_the_right_beginning_keeps_its_texts() -> None:
    written = 'def f():\n    return """\na\n  b"""'
    assert fitted("def f():\n    return 1", written) == written


def test_definitions_have_blank_lines_between_them() -> None:
    assert (
        appended("def f():\n    pass", "def g():\n    pass")
        == "def f():\n    pass\n\n\ndef g():\n    pass"
    )
    method = "    def f(self):\n        pass"
    assert appended(method, "def g(self):\n    pass").endswith("\n\n    def g(self):\n        pass")
    assert appended("import os", "import re\n") == "import os\nimport re"
    assert appended("import os", " \n") == "import os"


def test_a_function_without_its_body() -> None:
    assert without_body('    def f(self):\n        """Say."""\n        return 1') == (
        '    def f(self):\n        """Say."""\n        ...'
    )
    assert without_body("def f():\n    return 1") == "def f():\n    ..."
    assert without_body("def f(): return 1") is None
    assert without_body("x = 1") is None


def test_empty_lines_go_with_what_is_removed() -> None:
    assert removed(["a", "", "b"], "a") == "a\n\n"
    assert removed(["a", "", "b"], "b") == "b"
