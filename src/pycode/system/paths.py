"""Paths as a model writes them: made absolute and real, compared by components.

Every check works on the real path, links followed, because a link's own name says nothing about what is changed through it. Which
names are out of bounds is in `pycode.system.protected`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pycode.system.protected import is_protected, is_secret

__all__ = ["contains", "is_protected", "is_secret", "is_vendored", "resolve"]

_OWN = frozenset({"/proc/self", "/proc/thread-self"})
_MOST_LINKS = 40
_DEVICE_PREFIXES = ("\\\\", "\\??\\")
_VENDORED = frozenset("""
    .eggs .nox .tox .venv __pycache__ bower_components build dist jspm_packages node_modules pods site-packages target third_party
    vendor vendored venv
    """.split())  # noqa: SIM905 - a page of quotes would hide the words


def resolve(path: str, base: Path) -> Path:
    """Return the real, absolute path that `path` means.

    `~` is the home directory, a relative path begins at `base`, and links and `..` are followed through the deepest part
    that exists; what is missing behind it stays as written.

    Args:
        path: The path as a person or a model wrote it.
        base: An absolute directory.

    Raises:
        ValueError: The path holds a NUL or cannot be a file name, names a device or another machine, or leads through a link that
            cannot be read.
    """
    return Path(RealPaths().resolve(path, str(base)))


class RealPaths:
    """Makes many paths real at one moment: the way through a folder is looked up once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._own: dict[str, bool] = {}

    def resolve(self, path: str, base: str) -> str:
        """Return what the function `resolve` returns, as text; it raises the same, too."""
        if "\0" in path:
            raise ValueError("the path holds a NUL character; name a file or a directory")
        if path.startswith(_DEVICE_PREFIXES) or (sys.platform == "win32" and path.startswith("//")):
            raise ValueError(f"{path!r} names a device or another machine; name a local file")
        try:
            os.fsencode(path)
        except UnicodeEncodeError as error:
            raise ValueError(f"{path!r} cannot be a file name on this system") from error
        if path == "~" or path.startswith(("~/", "~" + os.sep)):
            path = os.path.expanduser("~") + path[1:]
        full = os.path.join(base, path)
        if full.startswith("//"):  # POSIX leaves its meaning open; everywhere we run it is "/"
            full = "/" + full.lstrip("/")
        try:
            return self.of(full)
        except OSError as error:
            # A link that may be seen but not read, as in another process's folder in /proc.
            raise ValueError(f"{path!r} leads through a link that cannot be read") from error

    def of(self, path: str) -> str:
        """Return what `os.path.realpath` returns for an absolute path."""
        while "//" in path and os.sep == "/":
            # Behind a link that leads to itself realpath would take what follows two slashes for absolute.
            path = path.replace("//", "/")
        folder, slash, name = path.rpartition("/")
        if not folder or name in ("", ".", "..") or os.sep != "/":
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        parent = self._folders[folder]
        full = parent + name if parent.endswith("/") else parent + slash + name
        return os.path.realpath(full) if os.path.islink(full) else full

    def is_own(self, path: str) -> bool:
        """Return whether an absolute path leads through `/proc/self`, and so elsewhere for each process."""
        folder, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            return _leads_through(path, _OWN)
        if folder not in self._own:
            self._own[folder] = _leads_through(folder, _OWN)
        is_link = os.path.islink(path) or path in _OWN
        return self._own[folder] or (is_link and _leads_through(path, _OWN))


def contains(root: Path, path: Path) -> bool:
    """Return whether `path` is `root` or lies below it, compared by components with links followed."""
    real_root = Path(os.path.realpath(root))
    return Path(os.path.realpath(path)).is_relative_to(real_root)


def is_vendored(path: Path, root: Path) -> bool:
    """Return whether `path` lies in a folder of other people's code, where nothing is discovered: `node_modules`, `vendor`, `.venv`.

    Args:
        path: An absolute path.
        root: The project's root. Folder names above it do not count.
    """
    parts = path.relative_to(root).parts if path.is_relative_to(root) else path.parts
    return any(part.casefold() in _VENDORED for part in parts)


def _leads_through(path: str, places: frozenset[str]) -> bool:
    """Return whether the way along a path, links followed, comes by one of some places; also where it has too many links."""
    names = path.split("/")[::-1]
    at, links = "", 0
    while names:
        name = names.pop()
        if name == "..":
            at = at.rpartition("/")[0]
        if name in ("", ".", ".."):
            continue
        at = f"{at}/{name}"
        if at in places:
            return True
        try:
            target = os.readlink(at)
        except (OSError, ValueError):
            continue  # no link
        links += 1
        if links > _MOST_LINKS:
            return True
        at = "" if target.startswith("/") else at.rpartition("/")[0]
        names += target.split("/")[::-1]
    return False
