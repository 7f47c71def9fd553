"""PyCode's own git in a repository whose files name programs: it works, and none of them runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.system.git import git_argv, git_environment, run_git

if sys.platform == "win32":
    pytest.skip("the canaries are shell scripts", allow_module_level=True)

CONFIG = """
[core]
	fsmonitor = "{canary} fsmonitor"
	hooksPath = {hooks}
	pager = {canary} pager
	editor = {canary} editor
	sshCommand = {canary} ssh
	askPass = {canary} askpass
	alternateRefsCommand = {canary} refs
[diff]
	external = {canary} external
[diff "evil"]
	command = {canary} diff-command
	textconv = {canary} textconv
[filter "evil"]
	clean = {canary} clean
	smudge = {canary} smudge
	required = true
[filter "a.b c"]
	process = {canary} process
	required = true
[merge "evil"]
	driver = {canary} merge %A
[gpg]
	program = {canary} gpg
[log]
	showSignature = true
[credential]
	helper = !{canary} credential
[alias]
	status = !{canary} alias
	st = !{canary} alias
[remote "origin"]
	url = ext::{canary} remote
	promisor = true
[extensions]
	partialClone = origin
[protocol "ext"]
	allow = always
"""
HOOKS = ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman", "pre-auto-gc")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "ran.txt"


@pytest.fixture
def canary(tmp_path: Path, log: Path) -> Path:
    script = tmp_path / "canary"
    script.write_text(f'#!/bin/sh\necho "$@" >> {log}\ncat\n', encoding="utf-8")
    script.chmod(0o755)
    return script


@pytest.fixture
def hostile(tmp_path: Path, canary: Path) -> Path:
    """Make a repository with a commit and a change, in which everything that can name a program names the canary."""
    root = tmp_path / "repository"
    root.mkdir()

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@b", *words],
            cwd=root,
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    (root / "a.txt").write_text("one\n", encoding="utf-8")
    (root / "b.txt").write_text("one\n", encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "first")
    (root / ".gitattributes").write_text(
        'a.txt diff=evil filter=evil merge=evil\nb.txt filter="a.b c"\n', encoding="utf-8"
    )
    (root / ".git/info/attributes").write_text("b.txt diff=evil filter=evil\n", encoding="utf-8")
    (root / "a.txt").write_text("two\n", encoding="utf-8")
    os.utime(root / "b.txt", (1, 1))
    hooks = tmp_path / "hooks"
    for folder in (hooks, root / ".git/hooks"):
        folder.mkdir(exist_ok=True)
        for name in HOOKS:
            (folder / name).write_text(f"#!/bin/sh\n{canary} hook-{name}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
    config = root / ".git/config"
    text = CONFIG.replace("{canary}", str(canary)).replace("{hooks}", str(hooks))
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    return root


CALLS: list[tuple[str, list[str], list[str], list[str] | None, str]] = [
    ("status", ["--porcelain"], [], None, "a.txt"),
    ("diff", [], [], [], "+two"),
    ("diff", ["--stat"], ["HEAD"], ["a.txt"], "1 file changed"),
    ("log", ["-p", "--format=%s"], ["HEAD"], None, "first"),
    ("show", [], ["HEAD"], None, "+one"),
    ("ls-files", ["-z"], [], None, "a.txt"),
    ("rev-parse", ["--show-toplevel"], [], None, "repository"),
    ("add", [], [], ["a.txt", "b.txt"], ""),
    ("stash", ["create"], [], None, ""),
    ("checkout-index", ["-f"], [], ["a.txt"], ""),
    ("for-each-ref", [], [], None, "refs/heads/main"),
]


@pytest.mark.parametrize(("command", "options", "revisions", "paths", "said"), CALLS)
async def test_nothing_that_the_repository_names_is_run(
    hostile: Path,
    log: Path,
    command: str,
    options: list[str],
    revisions: list[str],
    paths: list[str] | None,
    said: str,
) -> None:
    environ = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_EXTERNAL_DIFF": "false"}
    done = await run_git(
        hostile, command, options, environ=environ, revisions=revisions, paths=paths
    )
    output = done.output.decode()
    assert said in output
    assert not log.exists(), log.read_text(encoding="utf-8")
    if command != "stash":
        assert done.exit_code == 0, output


def test_the_canary_does_run_for_the_users_own_git(hostile: Path, log: Path) -> None:
    # Otherwise the test above would show nothing.
    subprocess.run(["git", "status"], cwd=hostile, capture_output=True, check=False)
    subprocess.run(["git", "diff"], cwd=hostile, capture_output=True, check=False)
    ran = log.read_text(encoding="utf-8")
    for name in ("fsmonitor", "clean", "diff-command", "hook-post-index-change"):
        assert name in ran


async def test_a_bare_repository_in_the_tree_is_not_taken(
    tmp_path: Path, canary: Path, log: Path
) -> None:
    bare = tmp_path / "bare"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    config = bare / "config"
    config.write_text(
        f"[core]\n\tbare = false\n\tworktree = {bare}\n\tfsmonitor = {canary} x\n", encoding="utf-8"
    )
    done = await run_git(bare, "status", environ=os.environ)
    assert done.exit_code != 0
    assert b"explicit" in done.output
    assert not log.exists()


async def test_git_is_not_taken_from_the_project(hostile: Path, log: Path, canary: Path) -> None:
    folder = hostile / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(canary)
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = await run_git(hostile, "rev-parse", ["--show-toplevel"], environ=environ)
    assert done.exit_code == 0
    assert not log.exists()
    with pytest.raises(FileNotFoundError):
        await run_git(hostile, "status", environ={**environ, "PATH": str(folder)})


@pytest.mark.parametrize("text", ["--output=x", "-c", "", "a\0b", "a\nb", "main\x1b"])
def test_what_cannot_be_a_revision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="revision"):
        git_argv("git", "log", revisions=[text])


@given(st.text(min_size=1))
def test_texts_from_outside_stand_behind_the_options(text: str) -> None:
    try:
        argv = git_argv("/usr/bin/git", "diff", ["--stat"], revisions=["HEAD"], paths=[text])
    except ValueError:
        return
    assert argv[-4:] == ["--end-of-options", "HEAD", "--", text]


def test_the_environment_has_nothing_of_gits_from_outside() -> None:
    environ = git_environment({"PATH": "/bin", "GIT_DIR": "/x", "git_config_count": "1", "A": "b"})
    assert environ["PATH"] == "/bin"
    assert environ["A"] == "b"
    assert environ["GIT_OPTIONAL_LOCKS"] == "0"
    assert not {"GIT_DIR", "git_config_count"} & set(environ)
