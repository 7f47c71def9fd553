from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.permissions.git_helpers import program_in_repository


def test_a_plain_repository_runs_nothing(
    tmp_path: Path, make_repository: Callable[[Path], Path]
) -> None:
    root = make_repository(tmp_path / "repository")
    assert program_in_repository(root) is None
    assert program_in_repository(root / "src") is None
    assert program_in_repository(tmp_path) is None


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("[core]\n\tfsmonitor = ./evil", "fsmonitor"),
        ("[core]\n\tFSMonitor=./evil", "fsmonitor"),
        ("[core] fsmonitor = ./evil", "fsmonitor"),
        ("[core]\n fsmonitor = \\\n ./evil", "fsmonitor"),
        ("[diff]\n\texternal = ./evil", "external"),
        ('[diff "x"]\n\ttextconv = ./evil', "textconv"),
        ('[filter "x"]\n\tclean = ./evil', "clean"),
        ("[gpg]\n\tprogram = ./evil", "program"),
        ("[include]\n\tpath = ../evil", "includes another file"),
        ('[includeIf "gitdir:/"]\n\tpath = ../evil', "includes another file"),
    ],
)
def test_a_configuration_that_names_a_program(tmp_path: Path, config: str, found: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(config, encoding="utf-8")
    assert found in (program_in_repository(tmp_path) or "")


@pytest.mark.parametrize(
    "config", ["[core]\n\tfsmonitor = true", "[core]\n\tfsmonitor", "[user]\n\tname = external = x"]
)
def test_a_configuration_that_names_none(tmp_path: Path, config: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(config, encoding="utf-8")
    assert program_in_repository(tmp_path) is None


def test_a_hook_that_status_would_run(
    tmp_path: Path, make_repository: Callable[[Path], Path]
) -> None:
    root = make_repository(tmp_path / "repository")
    hook = root / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    assert program_in_repository(root) is None, "git does not run a file that is not executable"
    hook.chmod(0o755)
    assert "post-index-change" in (program_in_repository(root) or "")


def test_a_worktree_leads_to_its_repository(
    tmp_path: Path, make_repository: Callable[[Path], Path]
) -> None:
    root = make_repository(tmp_path / "repository")
    tree = tmp_path / "tree"
    subprocess.run(
        ["git", "worktree", "add", "-q", str(tree)], cwd=root, check=True, capture_output=True
    )
    assert program_in_repository(tree) is None
    subprocess.run(["git", "config", "diff.external", "./evil"], cwd=root, check=True)
    assert "external" in (program_in_repository(tree) or "")


def test_a_bare_repository_in_the_tree(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "sub"], cwd=tmp_path, check=True)
    assert "bare repository" in (program_in_repository(tmp_path / "sub") or "")


@pytest.mark.parametrize(
    "setting",
    [
        "[core]\n\thooksPath = own",
        "[core] hookspath=own",
        '[core]\n\thooksPath = "own" ; ours',
        "[core]\n\thooksPath = other\n\thooksPath = ./own/",
        "[core]\n\thooksPath = o\\\nwn",
    ],
)
def test_a_hook_in_a_folder_of_the_projects_choice(
    tmp_path: Path, make_repository: Callable[[Path], Path], setting: str
) -> None:
    root = make_repository(tmp_path / "repository")
    (root / "own").mkdir()
    (root / "own" / "post-index-change").write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    (root / "own" / "post-index-change").chmod(0o755)
    with (root / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(f"{setting}\n")
    assert "hook" in (program_in_repository(root / "src") or "")


def test_a_folder_of_other_hooks_is_of_no_account(
    tmp_path: Path, make_repository: Callable[[Path], Path]
) -> None:
    root = make_repository(tmp_path / "repository")
    (root / ".husky").mkdir()
    (root / ".husky" / "pre-commit").write_text("#!/bin/sh\n", encoding="utf-8")
    (root / ".husky" / "pre-commit").chmod(0o755)
    with (root / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write("[core]\n\thooksPath = .husky\n")
    assert program_in_repository(root) is None
