"""Folders that git ignores, held against git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.workspace.ignored import is_ignored


def project(tmp_path: Path, files: dict[str, str], folder: str) -> tuple[Path, Path]:
    root = Path(tmp_path, "project")
    (root / ".git" / "info").mkdir(parents=True, exist_ok=True)
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root, root / folder


@pytest.mark.parametrize(
    ("files", "folder", "ignored"),
    [
        ({}, "a", False),
        ({".gitignore": "a/\n"}, "a", True),
        ({".gitignore": "a\n"}, "x/a/b", True),
        ({".gitignore": "/a\n"}, "x/a", False),
        ({".gitignore": "/a\n"}, "a/b", True),
        ({".gitignore": "x/a/\n"}, "x/a", True),
        ({".gitignore": "x/a\n"}, "y/x/a", False),
        ({".gitignore": "# a\n\n"}, "a", False),
        ({".gitignore": "\\#a\n"}, "#a", True),
        ({".gitignore": "a*\n!ab/\n"}, "ab", False),
        ({".gitignore": "!ab/\na*\n"}, "ab", True),
        ({".gitignore": "a/\n!a/b/\n"}, "a/b", True),
        ({".gitignore": "a/*\n!a/b/\n"}, "a/b", False),
        ({".gitignore": "a/**\n!a/b/\n"}, "a/b", False),
        ({".gitignore": "**/b\n"}, "a/c/b", True),
        ({".gitignore": "a/**/b\n"}, "a/b", True),
        ({".gitignore": "[ab]\n"}, "b", True),
        ({".gitignore": "a \n"}, "a", True),
        ({"x/.gitignore": "a\n"}, "x/a", True),
        ({"x/.gitignore": "/a\n"}, "a", False),
        ({".gitignore": "a\n", "x/.gitignore": "!a\n"}, "x/a", False),
        ({".git/info/exclude": "a\n"}, "a", True),
        ({".git/info/exclude": "a\n", ".gitignore": "!a\n"}, "a", False),
        ({".gitignore": "*\n"}, "a", True),
    ],
)
def test_what_is_ignored(tmp_path: Path, files: dict[str, str], folder: str, ignored: bool) -> None:
    root, path = project(tmp_path, files, folder)
    assert is_ignored(path, root) is ignored


def test_the_root_is_never_ignored(tmp_path: Path) -> None:
    root, _ = project(tmp_path, {".gitignore": "*\n"}, "a")
    assert not is_ignored(root, root)


def test_a_pattern_cannot_hang(tmp_path: Path) -> None:
    root, path = project(tmp_path, {".gitignore": "*a" * 100 + "b\n"}, "a" * 200)
    assert not is_ignored(path, root)


PATTERNS = st.lists(
    st.sampled_from(
        ["a", "b", "/a", "a/", "a/b", "/a/b/", "**/b", "a/**", "a/*", "*", "?", "!a", "!b/", "!a/b"]
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignored") / "project"
    (root / "a" / "b" / "a").mkdir(parents=True)
    (root / "b" / "a").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


@settings(max_examples=40, deadline=None)
@given(PATTERNS, PATTERNS, st.sampled_from(["a", "b", "a/b", "b/a", "a/b/a"]))
def test_git_says_the_same(repository: Path, top: list[str], inner: list[str], folder: str) -> None:
    (repository / ".gitignore").write_text("\n".join(top), encoding="utf-8")
    (repository / "a" / ".gitignore").write_text("\n".join(inner), encoding="utf-8")
    argv = ["git", "-C", str(repository), "check-ignore", "-q", folder]
    said = subprocess.run(argv, check=False).returncode == 0
    assert is_ignored(repository / folder, repository) is said
