"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.workspace.project import find_project


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


def test_the_nearest_folder_with_git_is_the_root(home: Path) -> None:
    inner = home / "work/app/src/deep"
    inner.mkdir(parents=True)
    (home / "work/.git").mkdir()
    (home / "work/app/.git").write_text("gitdir: elsewhere\n")
    project = find_project(inner)
    assert (project.root, project.directory) == (home / "work/app", inner)


def test_without_git_it_is_the_working_directory(home: Path) -> None:
    (home / "notes").mkdir()
    assert find_project(home / "notes").root == home / "notes"


def test_home_and_above_are_never_a_root_because_of_git(home: Path) -> None:
    (home / ".git").mkdir()
    (home.parent / ".git").mkdir()
    (home / "notes").mkdir()
    assert find_project(home / "notes").root == home / "notes"
    assert find_project(home).root == home
    assert find_project(home.parent).root == home.parent


def test_a_folder_beside_home_may_be_one(home: Path) -> None:
    other = home.parent / "other/src"
    other.mkdir(parents=True)
    (home.parent / "other/.git").mkdir()
    assert find_project(other).root == home.parent / "other"


def test_the_id_belongs_to_the_real_path(home: Path) -> None:
    (home / "a").mkdir()
    (home / "b").mkdir()
    (home / "link").symlink_to(home / "a")
    ids = [find_project(home / name).id for name in ("a", "link", "b")]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].isalnum()
    assert len(ids[0]) == 16
    assert find_project(str(home / "link")).directory == home / "a"
