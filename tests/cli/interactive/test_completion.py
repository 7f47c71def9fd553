"""What Tab offers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pycode.cli.interactive.completion import MOST_OFFERED, offers, project_files

FILES = ["README.md", "src/app/main.py", "src/app/views.py", "src/setup.py", "tests/test_main.py"]
COMMANDS = ["help", "model", "mode", "exit"]


@pytest.mark.parametrize(
    ("before", "replaced", "found"),
    [
        ("/mod", 4, ["/model ", "/mode "]),
        ("/", 1, ["/help ", "/model ", "/mode ", "/exit "]),
        ("say /mod", 0, []),
        ("/etc/pas", 0, []),
        ("look at @src/", 4, ["src/app/", "src/setup.py"]),
        ("@src/app/m", 9, ["src/app/main.py"]),
        ("@READ", 4, ["README.md"]),
        ("@views", 5, ["src/app/views.py"]),
        ("@test_M", 6, ["tests/test_main.py"]),
        ("@nothing", 7, []),
        ("me@src", 0, []),
        ("@src/app and", 0, []),
        ("", 0, []),
    ],
)
def test_offers(before: str, replaced: int, found: list[str]) -> None:
    assert offers(before, COMMANDS, FILES) == (replaced, found)


def test_offers_are_bounded() -> None:
    files = [f"file{number}" for number in range(1000)]
    assert len(offers("@file", [], files)[1]) == MOST_OFFERED


async def test_project_files_are_those_that_are_not_ignored(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("build/\n", encoding="utf-8")
    for name in ("build/out.txt", "src/a.py", "b.py", "two words.txt", "esc\x1b[2J.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("", encoding="utf-8")
    assert await project_files(tmp_path, os.environ) == [".gitignore", "b.py", "src/a.py"]


async def test_no_folder_is_no_files(tmp_path: Path) -> None:
    assert await project_files(tmp_path / "gone", os.environ) == []
