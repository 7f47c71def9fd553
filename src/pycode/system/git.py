"""PyCode's own git: it reads repositories that are not trusted, so it runs nothing that a repository names.

git runs programs that stand in a repository's own files: hooks, a file system monitor, diff and text converters, filters, pagers,
editors, transports. All of them are off here. What a model or a repository said goes behind `--end-of-options` or `--`, where it
cannot be an option.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pycode.system.programs import find_program
from pycode.system.spawn import Completed, run

TIMEOUT = 30
"""Seconds that one call may take."""

_SETTINGS = (
    "safe.bareRepository=explicit",
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.editor=true",
    "core.askPass=true",
    "core.sshCommand=false",
    "core.alternateRefsCommand=true",
    "core.untrackedCache=false",
    "credential.helper=",
    "diff.external=",
    "diff.ignoreSubmodules=all",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "maintenance.auto=false",
    "gc.auto=0",
    "protocol.allow=never",
    "color.ui=false",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}
_WITH_DIFF = frozenset({"diff", "diff-tree", "diff-index", "diff-files", "log", "show"})
_DRIVER = re.compile(r"(filter|diff|merge)\.(.+)\.(clean|smudge|process|textconv|command|driver)")
_LIST_DRIVERS = (
    "--name-only",
    "--null",
    "--get-regexp",
    r"^(filter|diff|merge)\..*\.(clean|smudge|process|textconv|command|driver)$",
)


def git_argv(
    program: str,
    command: str,
    options: Sequence[str] = (),
    *,
    revisions: Sequence[str] = (),
    paths: Sequence[str] | None = None,
    drivers: Sequence[str] = (),
) -> list[str]:
    """Return the arguments of one of PyCode's own git calls.

    Args:
        program: Where git is.
        command: Its subcommand; a word of PyCode's own.
        options: Its options; words of PyCode's own, or `--option=text`.
        revisions: Revisions, from wherever.
        paths: Paths, from wherever, taken as they are without wildcards; None when the command takes none.
        drivers: The keys of the repository's configuration that name programs: see `run_git`.

    Raises:
        ValueError: A revision or path cannot be one.
    """
    for text in (*revisions, *(paths or ())):
        if not text or not text.isprintable() or "\0" in text:
            raise ValueError(f"{text!r} is not a revision or a path that git could know")
    for revision in revisions:
        if revision.startswith("-"):
            raise ValueError(f"{revision!r} is an option and not a revision")
    settings = [*_SETTINGS, *(setting for key in drivers for setting in _without_program(key))]
    words = [program, "--no-pager", "--literal-pathspecs"]
    words += [word for setting in settings for word in ("-c", setting)]
    words.append(command)
    if command in _WITH_DIFF:
        words += ["--no-ext-diff", "--no-textconv"]
    words += options
    if revisions:
        words += ["--end-of-options", *revisions]
    if paths is not None:
        words += ["--", *paths]
    return words


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of PyCode's own git calls.

    Args:
        environ: The environment of PyCode's child processes, in which no `GIT_*` counts.
    """
    kept = {name: value for name, value in environ.items() if not name.upper().startswith("GIT_")}
    return {**kept, **_ENVIRONMENT}


async def run_git(
    directory: Path,
    command: str,
    options: Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    revisions: Sequence[str] = (),
    paths: Sequence[str] | None = None,
    limit_bytes: int = 1_000_000,
) -> Completed:
    """Run git in a repository that need not be trusted.

    The filters and drivers that the repository's configuration names are looked up first and switched off one by one: git has no
    option for all of them.

    Args:
        directory: Where it runs, in a working tree.
        command: The subcommand.
        options: Its options.
        environ: The environment of PyCode's child processes.
        revisions: Revisions, from wherever.
        paths: Paths, from wherever; None when the command takes none.
        limit_bytes: The most output to keep, in bytes.

    Raises:
        FileNotFoundError: There is no git.
        ValueError: A revision or path cannot be one.
        OSError: It cannot be started.
    """
    program = find_program("git", _outside(directory, environ))
    if program is None:
        raise FileNotFoundError("git is not installed")
    env = git_environment(environ)

    async def call(argv: list[str]) -> Completed:
        return await run(argv, cwd=directory, env=env, timeout=TIMEOUT, limit_bytes=limit_bytes)

    listed = await call(git_argv(program, "config", _LIST_DRIVERS))
    drivers = [key for key in listed.output.decode("utf-8", "replace").split("\0") if key]
    if listed.exit_code > 1:  # 1 says that there is none
        drivers = []
    argv = git_argv(program, command, options, revisions=revisions, paths=paths, drivers=drivers)
    return await call(argv)


def _without_program(key: str) -> list[str]:
    match = _DRIVER.fullmatch(key)
    if match is None or "=" in match[2]:
        return []
    off = [f"{key}="]
    if match[1] == "filter":
        off.append(f"filter.{match[2]}.required=false")
    return off


def _outside(directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with a `PATH` that does not lead into the directory."""
    real = os.path.realpath(directory)
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [folder for folder in folders if not Path(os.path.realpath(folder)).is_relative_to(real)]
    return {**environ, "PATH": os.pathsep.join(kept)}
