"""A repository to judge requests in, and the commands that plan mode takes and refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.permissions.request import Context

GIT = (
    "git",
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@example.org",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "commit.gpgsign=false",
)


def _repository(root: Path) -> Path:
    """Make a git repository with two commits, a branch, a tag, a stash and canary files."""
    root.mkdir(parents=True, exist_ok=True)

    def git(*words: str) -> None:
        subprocess.run([*GIT, *words], cwd=root, check=True, capture_output=True)

    (root / "src").mkdir()
    (root / "src" / "app.py").write_text("def main():\n    return 1\n", encoding="utf-8")
    (root / "README.md").write_text("one\ntwo\nthree\n", encoding="utf-8")
    (root / "notes.txt").write_text("b\na\nb\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    git("tag", "v1")
    git("branch", "other")
    (root / "README.md").write_text("one\n2\nthree\n", encoding="utf-8")
    git("commit", "-qam", "second")
    (root / "notes.txt").write_text("changed\n", encoding="utf-8")
    git("stash", "-q")
    (root / "src" / "app.py").write_text("def main():\n    return 2\n", encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def make_repository() -> Callable[[Path], Path]:
    """Return what makes such a repository in a folder."""
    return _repository


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project folder that only looks like a repository."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src" / "app.py").write_text("x = 1\n", encoding="utf-8")
    return root


@pytest.fixture
def context(project: Path, tmp_path: Path) -> Context:
    """Return the plainest context in that project, with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return Context(root=project, directory=project, home=home)
