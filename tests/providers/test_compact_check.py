"""What is plainly wrong with a change is found before it is made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.compact_check import FATAL, problems, problems_of, tidied, unchanged
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_text import ActionCall

CODE = """import os
import sys


def read(path):
    return open(path).read()


def main():
    print(read(sys.argv[1]))
"""


def told(request: str, path: str, before: str | None, after: str) -> list[str]:
    return [problem.text for problem in problems(request, path, before, after, {})]


def test_a_good_change_has_nothing_wrong_with_it() -> None:
    after = CODE + "\n\ndef size(path):\n    return os.stat(path).st_size\n"
    assert told("Add a function size(path).", "a.py", CODE, after) == []


@pytest.mark.parametrize(
    ("request_", "after", "said"),
    [
        ("Add size(path).", CODE, "nothing was changed"),
        ("Add size(path).", CODE + "\nx = 1\n", "the task speaks of size, which is not there"),
        ("Add a check.", CODE + "def f(:\n", "would not parse"),
        ("Add a check.", CODE.replace("sys.argv[1]", "name"), "name is neither defined nor"),
        (
            "Add a check.",
            CODE.replace("    print(read(sys.argv[1]))\n", "    sys.exit(1)\n"),
            "`print(read(sys.argv[1]))` has to stay",
        ),
        ("Add a check.", CODE.replace("def read", "def load"), "read has to stay"),
        ("Add a check.", CODE + "\n# ... rest of the code\n", "write all of it out"),
        ("Remove the imports that nothing uses.", CODE + "\n# x\n", "nothing uses these imports"),
        ("Add a check.", "", "there is nothing in it"),
    ],
)
def test_what_is_wrong_is_said(request_: str, after: str, said: str) -> None:
    found = told(request_, "a.py", CODE, after)
    assert any(said in text for text in found), found


def test_what_is_to_be_removed_may_go() -> None:
    after = "import sys\n\n\ndef main():\n    print(sys.argv[1])\n"
    assert told("Remove the function read and what only it needs.", "a.py", CODE, after) == []


@pytest.mark.parametrize(
    ("path", "before", "good", "bad", "said"),
    [
        (
            "a.json",
            '{"port": 1, "host": "x"}',
            '{"port": 2, "host": "x"}',
            '{"port": 2}',
            "host has to stay",
        ),
        (
            "a.toml",
            'port = 1\n[log]\nlevel = "x"\n',
            'port = 2\n[log]\nlevel = "x"\n',
            'port = 2\n[log]\nlevel = "y"\n',
            "log.level has to stay 'x'",
        ),
        ("a.ini", "[a]\nport = 1\n", "[a]\nport = 2\n", "[a]\nport = 2\nz = 1\n", "nobody asked"),
        ("a.yaml", "port: 1\nhost: x\n", "port: 2\nhost: x\n", "port: 2\n", "host has to stay"),
    ],
)
def test_settings_that_nobody_spoke_of_stay(
    path: str, before: str, good: str, bad: str, said: str
) -> None:
    assert told("Set the port to 2.", path, before, good) == []
    assert any(said in text for text in told("Set the port to 2.", path, before, bad))


def test_tests_test_something() -> None:
    request = "Write tests; a wrong value raises ValueError."
    others = {"a.py": ["def f(): pass"]}
    empty = [p.text for p in problems(request, "test_a.py", None, "x = 1\n", others)]
    assert len(empty) == 3
    good = "import pytest\nfrom a import f\ndef test_f():\n    with pytest.raises(ValueError):\n        f()\n"
    assert problems(request, "test_a.py", None, good, others) == []


def test_a_change_of_a_place_is_seen_in_the_whole_file() -> None:
    said = Conversation(
        request="Add a check.", texts={"app/a.py": CODE.split("\n")}, files=["app/a.py"]
    )
    edit = {"file_path": "app/a.py", "old_string": "import os", "new_string": "import app.b"}
    found = [p.text for p in problems_of(ActionCall("edit", edit), said)]
    assert found == ["there is no module app.b"]
    assert problems_of(ActionCall("edit", edit | {"new_string": None}), said)[0].weight > FATAL
    assert unchanged(ActionCall("edit", edit)).arguments["new_string"] == "import os"


def test_imports_that_nothing_uses_go_where_they_are_to_go() -> None:
    said = Conversation(
        request="Remove read and the import that only it needs.", texts={"a.py": CODE.split("\n")}
    )
    new = "import os\nimport sys\n\nprint(sys.argv)"
    call = ActionCall("edit", {"file_path": "a.py", "old_string": CODE, "new_string": new})
    assert tidied(call, said).arguments["new_string"] == "import sys\n\nprint(sys.argv)"
    said.request = "Remove read."
    assert tidied(call, said) == call


@given(
    st.sampled_from(["a.py", "a.json", "a.toml", "a.ini", "a.yaml", "a.md", "test_a.py"]),
    st.text(max_size=80),
    st.text(max_size=80),
)
def test_no_text_is_too_strange(path: str, before: str, after: str) -> None:
    assert all(problem.weight > 0 for problem in problems("Add x.", path, before, after, {}))
