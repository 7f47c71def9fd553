"""Finds programs, and never one that lies where a repository could have put it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_SUFFIX = ".exe" if sys.platform == "win32" else ""


def find_program(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the absolute path of a program on `PATH`, None when there is none.

    Entries of `PATH` that are not absolute are passed over: they depend on where a command runs.

    Args:
        name: The program's name, without a suffix.
        environ: Where to read `PATH`; the process's own environment when None.
    """
    path = (os.environ if environ is None else environ).get("PATH", os.defpath)
    folders = [folder for folder in path.split(os.pathsep) if os.path.isabs(folder)]
    return _first_executable(name, folders)


def find_beside_python(name: str) -> str | None:
    """Return the absolute path of a program that was installed with PyCode's packages, None when there is none.

    Args:
        name: The program's name, without a suffix.
    """
    folder = os.path.dirname(sys.executable)
    return _first_executable(name, [folder, os.path.join(folder, "Scripts")])


def _first_executable(name: str, folders: list[str]) -> str | None:
    for folder in folders:
        candidate = os.path.join(folder, name + _SUFFIX)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    return None
