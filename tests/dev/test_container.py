"""The container file: what can be said of it without building it."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Return each instruction with its arguments, its lines joined."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(name, " ".join(rest.split())) for name, _, rest in pairs]


def test_only_known_instructions_in_two_stages() -> None:
    names = [name for name, _ in instructions()]
    assert set(names) <= {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT"}
    assert names.count("FROM") == 2
    assert names[0] == "FROM"


def test_what_is_copied_is_there_and_not_kept_out() -> None:
    copied = [word for name, rest in instructions() if name == "COPY" for word in rest.split()[:-1]]
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert set(copied) == {"pyproject.toml", "README.md", "LICENSE", "src"}
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in kept


def test_the_last_stage_is_the_users_and_runs_pycode() -> None:
    last: list[tuple[str, str]] = []
    for instruction in instructions():
        last = [instruction] if instruction[0] == "FROM" else [*last, instruction]
    given = dict(last)
    assert given["USER"] not in ("root", "0")
    assert json.loads(given["ENTRYPOINT"]) == ["pycode"]
    # Nothing runs as root behind that.
    assert [name for name, _ in last][-3:] == ["USER", "WORKDIR", "ENTRYPOINT"]
    everything = " ".join(rest for name, rest in last if name == "RUN")
    for wanted in ("git", "ripgrep", "pycode-agent"):
        assert wanted in everything


def test_the_wheel_has_what_the_project_says_it_needs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^requires-python = ">=(\d+)\.(\d+)"$', text, re.MULTILINE)
    assert version
    for name, rest in instructions():
        if name == "FROM":
            found = re.match(r"python:(\d+)\.(\d+)-slim", rest)
            assert found
            assert tuple(map(int, found.groups())) >= tuple(map(int, version.groups()))
