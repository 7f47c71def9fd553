from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.core.errors import StorageError, UsageError
from pycode.permissions.answers import Answers
from pycode.permissions.rules import Rule

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permission bits")


def test_answers_are_kept_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "storage" / "answers" / "p1.json"
    answers = Answers(path)
    assert answers.rules() == []
    answers.add("bash", "npm test *")
    answers.add("external_directory", "/etc/hosts")
    answers.add("bash", "npm test *")
    assert Answers(path).rules() == [
        Rule("bash", "npm test *", "allow", "answer"),
        Rule("external_directory", "/etc/hosts", "allow", "answer"),
    ]
    assert Answers(path.with_name("p2.json")).rules() == []


def test_an_answer_can_be_taken_back(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.json")
    answers.add("bash", "a")
    assert answers.remove("bash", "b") is False
    assert answers.remove("bash", "a") is True
    assert answers.rules() == []


def test_answers_without_a_file_stay_in_memory(tmp_path: Path) -> None:
    answers = Answers(None)
    answers.add("bash", "a")
    assert answers.rules() == [Rule("bash", "a", "allow", "answer")]
    assert answers.remove("bash", "a")
    assert answers.rules() == []
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_only_the_user_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "answers" / "a.json"
    Answers(path).add("bash", "a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"v": 2, "answers": []}',
        b'{"v": 1, "answers": [1]}',
        b'{"v": 1, "answers": [{"permission": "bash", "pattern": 3}]}',
    ],
)
def test_a_broken_file_is_said_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="remove the file to be asked again"):
        Answers(path).rules()
    with pytest.raises(StorageError):
        Answers(path).add("bash", "a")
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="PYCODE_HOME"):
        Answers(tmp_path / "file" / "a.json").add("bash", "a")


@settings(deadline=None)
@given(st.lists(st.text(min_size=1)))
def test_any_pattern_comes_back(
    tmp_path_factory: pytest.TempPathFactory, patterns: list[str]
) -> None:
    path = tmp_path_factory.mktemp("answers") / "a.json"
    for pattern in patterns:
        Answers(path).add("external_directory", pattern)
    assert [rule.pattern for rule in Answers(path).rules()] == list(dict.fromkeys(patterns))


def test_processes_that_answer_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    code = (
        "import sys, pathlib\n"
        "from pycode.permissions.answers import Answers\n"
        "for n in range(10): Answers(pathlib.Path(sys.argv[1])).add('bash', f'{sys.argv[2]}{n}')\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], env=dict(os.environ))
        for name in "abc"
    ]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert {rule.pattern for rule in Answers(path).rules()} == {
        f"{name}{n}" for name in "abc" for n in range(10)
    }


def test_an_answer_that_would_allow_more_than_it_seems_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(UsageError, match=r"sudo runs other programs; .* config\.yaml"):
        Answers(path).add("bash", "sudo *")
    assert not path.exists()
    # Nor is one obeyed that somebody wrote into the file.
    path.write_text(
        '{"v": 1, "answers": [{"permission": "bash", "pattern": "env *"},'
        ' {"permission": "bash", "pattern": "ls *"}]}',
        encoding="utf-8",
    )
    assert Answers(path).rules() == [Rule("bash", "ls *", "allow", "answer")]
