"""Which shell runs commands, and how it is told one.

On POSIX it is bash, else sh. On Windows it is Git Bash, whose language the permission rules understand, else PowerShell 7, else
cmd; the `bash.exe` of Windows itself is left alone, since it runs in another system. No shell reads a start-up file.
"""

from __future__ import annotations

import ntpath
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pycode.core.data import Data
from pycode.system.programs import find_program

Kind = Literal["posix", "powershell", "cmd"]


@dataclass(slots=True, eq=False, repr=False)
class Invocation(Data):
    """How a shell is started for one command."""

    argv: list[str]
    """The shell and its arguments."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that it needs beside the environment of all commands."""


@dataclass(slots=True, eq=False, repr=False)
class Shell(Data):
    """A shell that was found."""

    kind: Kind
    """Which language it speaks."""
    path: str
    """Its absolute path."""
    name: str
    """How it is called when the model is told of it."""

    def problem(self, command: str) -> str | None:
        """Return why the shell cannot be told this command, in one sentence; None when it can."""
        if self.kind != "cmd":
            return None
        if "\n" in command.strip():
            return "cmd takes one line: join the commands with &&."
        if len(command) > _CMD_CHARACTERS:
            return f"cmd takes at most {_CMD_CHARACTERS} characters: write a file and run that."
        return None

    def invocation(self, command: str) -> Invocation:
        """Return how the shell is started to run a command."""
        if self.kind == "powershell":
            script = _POWERSHELL.format(command=command)
            options = ["-NoLogo", "-NoProfile", "-NonInteractive", "-OutputFormat", "Text"]
            return Invocation([self.path, *options, "-Command", script], _UTF8_PROGRAMS)
        if self.kind == "cmd":
            variables = {**_UTF8_PROGRAMS, _CMD_VARIABLE: f"chcp 65001>nul&{command.strip()}"}
            second = [self.path, "/d", "/v:off", "/s", "/c", f"!{_CMD_VARIABLE}!"]
            return Invocation([self.path, "/d", "/v:on", "/c", *second], variables)
        is_bash = ntpath.basename(self.path).lower() in ("bash", "bash.exe")
        options = ["--norc", "--noprofile"] if is_bash else []
        variables = _UTF8_PROGRAMS if self.path.endswith(".exe") else {}
        return Invocation([self.path, *options, "-c", "--", command], variables)


def find_shell(environ: Mapping[str, str]) -> Shell:
    """Return the shell that runs commands.

    Args:
        environ: Where to read `PATH` and, on Windows, where programs are installed.
    """
    if sys.platform == "win32":
        return choose_windows_shell(environ, os.path.isfile)
    for path in ("/bin/bash", "/usr/bin/bash"):
        if os.access(path, os.X_OK):
            return Shell("posix", path, "bash")
    bash = find_program("bash", environ)
    if bash is not None:
        return Shell("posix", bash, "bash")
    return Shell("posix", find_program("sh", environ) or "/bin/sh", "sh")


def choose_windows_shell(environ: Mapping[str, str], is_file: Callable[[str], bool]) -> Shell:
    """Return the shell that runs commands on Windows.

    Args:
        environ: `PATH` and the folders of programs, names in any case.
        is_file: Whether there is a file of this path.
    """
    names = {name.upper(): value for name, value in environ.items()}
    for shell in _windows_shells(names):
        if is_file(shell.path):
            return shell
    root = names.get("SYSTEMROOT", r"C:\Windows")
    return Shell("cmd", ntpath.join(root, "System32", "cmd.exe"), "cmd")


def _windows_shells(environ: Mapping[str, str]) -> Iterator[Shell]:
    folders = [folder for folder in environ.get("PATH", "").split(";") if ntpath.isabs(folder)]
    roots = [
        environ[name]
        for name in ("PROGRAMFILES", "PROGRAMW6432", "PROGRAMFILES(X86)")
        if name in environ
    ]
    if "LOCALAPPDATA" in environ:
        roots.append(ntpath.join(environ["LOCALAPPDATA"], "Programs"))
    gits = [ntpath.join(root, "Git") for root in roots]
    # Git puts its `cmd` folder, seldom `bin` or `mingw64\bin`, on PATH.
    for folder in folders:
        head, last = ntpath.split(folder.rstrip("\\/"))
        if ntpath.basename(head).lower() in ("mingw64", "mingw32"):
            head = ntpath.dirname(head)
        if last.lower() in ("cmd", "bin") and ntpath.basename(head).lower() == "git":
            gits.append(head)
    for git in gits:
        yield Shell("posix", ntpath.join(git, "bin", "bash.exe"), "Git Bash")
    for folder in [*(ntpath.join(root, "PowerShell", "7") for root in roots), *folders]:
        yield Shell("powershell", ntpath.join(folder, "pwsh.exe"), "PowerShell 7 (pwsh)")


# PowerShell ends with 0 or 1 whatever a program ended with; the last lines pass its code on. They stand on lines of their own:
# the command may end in a comment.
_POWERSHELL = """\
[Console]::OutputEncoding = $OutputEncoding = [Text.UTF8Encoding]::new($false)
{command}
$__ok = $?
if (Test-Path variable:\\LASTEXITCODE) {{ exit $LASTEXITCODE }}
if (-not $__ok) {{ exit 1 }}"""

# cmd does not read its command line as other programs do, so quotes in an argument would reach it changed. The command goes
# through a variable instead: a first cmd puts it, character by character, behind `/c` of a second one.
_CMD_VARIABLE = "PYCODE_COMMAND"
_CMD_CHARACTERS = 8000

_UTF8_PROGRAMS = {"PYTHONIOENCODING": "utf-8"}
"""Python on Windows writes to a pipe in the system's old encoding unless it is told."""
