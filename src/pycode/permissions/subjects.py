"""What a request touches: its paths, commands and what they reach outside the project, each a subject of the decision.

Paths are looked at as given and as they really are, links followed. Hard limits are found here: plan changes nothing, and
protected names are written in no mode.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pycode.permissions.matching import Kind, Subject
from pycode.permissions.request import Context, Request
from pycode.permissions.rules import PATH_KEYS
from pycode.system.paths import RealPaths
from pycode.system.protected import Protection, is_secret_name, lies_in

_FREE = frozenset(
    f"/dev/{name}"
    for name in (
        "null",
        "zero",
        "full",
        "random",
        "urandom",
        "stdin",
        "stdout",
        "stderr",
        "fd",
    )
)


def subjects_of(request: Request, context: Context) -> list[Subject]:
    """Return everything that the rules have to allow before a request may be carried out.

    Raises:
        ValueError: A path of the request cannot be one.
    """
    if request.permission == "bash":
        from pycode.permissions.command_subjects import command_subjects

        return list(command_subjects(request, context))
    if request.permission in PATH_KEYS - {"external_directory"}:
        return list(_paths(request, context))
    return list(_others(request, context))


def _paths(request: Request, context: Context) -> Iterator[Subject]:
    permission, read = request.permission, request.permission != "edit"
    around = Surroundings(context)
    for path, known in given_paths(request):
        yield from around.path(path, context.directory, permission, read=read, known=known)
    for path in () if request.paths else request.patterns or ["."]:
        yield from around.path(path, context.directory, permission, read=read)


def given_paths(request: Request) -> Iterator[tuple[str, Path | None]]:
    """Yield the paths of a request, each with its real path where that is known."""
    for index, path in enumerate(request.paths):
        yield path, Path(request.real[index]) if request.real else None


def _others(request: Request, context: Context) -> Iterator[Subject]:
    writes = not request.read_only
    around = Surroundings(context)
    for path, known in given_paths(request):
        yield from around.path(path, context.directory, None, read=not writes, known=known)
    limit = f"plan mode changes nothing, and {request.permission} may" if writes else None
    kind: Kind = "tool" if writes else "read"
    about = f"a call of {request.permission}"
    if request.permission == "external_directory":
        kind, about, limit = "outside", "it lies outside the project", None
    if request.permission == "doom_loop":
        kind, about, limit = "repeat", "the same call was made again and again", None
    for pattern in request.patterns or ["*"]:
        yield Subject(
            request.permission,
            kind,
            (pattern,),
            about=about,
            limit=limit if context.mode == "plan" else None,
            always=tuple(request.always),
        )


class Surroundings:
    """What paths are judged by, found out once for all paths of a request."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.real_paths = RealPaths()
        self._root = str(context.root)
        self._too_wide = is_too_wide(context)
        self._protection: Protection | None = None

    @property
    def protection(self) -> Protection:
        """What is protected, looked up when it is first asked for."""
        if self._protection is None:
            self._protection = Protection(self.context.root)
        return self._protection

    def path(
        self,
        path: str,
        base: Path,
        permission: str | None,
        *,
        read: bool,
        known: Path | None = None,
    ) -> Iterator[Subject]:
        """Yield the subject of a path that a tool names, and of its lying outside."""
        context = self.context
        path = at_home(path, context)
        real = str(known or self.real_paths.resolve(path, str(base)))
        given = self._given(path, base, real)
        limit = None
        if not read and context.mode == "plan":
            limit = "plan mode changes nothing"
        elif not read and self._is_protected(given, real):
            limit = f"{real} is protected: no tool writes it in any mode; ask the user to do it"
        secret = any(is_secret_name(os.path.basename(name)) for name in {real, given})
        if permission is not None or limit is not None:
            kind: Kind = "secret" if secret else "read" if read else "edit"
            forms = tuple(dict.fromkeys((_slashed(given), _slashed(real))))
            about = (
                f"{real} may hold secrets"
                if secret
                else f"{'reading' if read else 'writing'} {real}"
            )
            yield Subject(permission or "edit", kind, forms, about=about, limit=limit)
        yield from self.outside(real, read=read, given=given)

    def outside(self, real: str, *, read: bool, given: str | None = None) -> Iterator[Subject]:
        """Yield the subject of a real path that lies outside the project and is not free.

        A root above the home directory is no project: what is written there is somebody's all the same.
        """
        inside = lies_in(real, self._root)
        if inside and (read or not self._too_wide):
            return
        if not _FREE.isdisjoint(map(_slashed, (real, os.path.dirname(real), given or real))):
            return
        if read and _free_to_read(real, self.context):
            return
        yield Subject(
            "external_directory",
            "outside",
            (_slashed(real),),
            parts=(_slashed(given),) if given is not None and given != real else (),
            about=(
                f"{real} lies in {self._root}, which is too wide to be a project"
                if inside
                else f"{real} lies outside the project"
            ),
        )

    def _is_protected(self, given: str, real: str) -> bool:
        if self.protection.covers(real, real):
            return True
        # Without following links `a/../b` is another path, and some programs take it for that.
        return given != real and self.protection.covers(given, self.real_paths.of(given))

    def _given(self, path: str, base: Path, real: str) -> str:
        """Return the path as it was named, absolute, without following links below the project's root."""
        given = os.path.normpath(os.path.join(base, path))
        if given == real or lies_in(given, self._root):
            return given
        for parent in Path(given).parents:
            if self.real_paths.of(str(parent)) == self._root:
                return str(self.context.root / Path(given).relative_to(parent))
        return given


def is_too_wide(context: Context) -> bool:
    """Return whether the root is above the home directory, and so no project."""
    root, home = context.root, context.home
    return root == root.parent or (home != root and home.is_relative_to(root))


def _free_to_read(real: str, context: Context) -> bool:
    if any(lies_in(real, str(folder)) for folder in context.readable):
        return True
    temporary = context.temporary
    if temporary is None or not lies_in(real, str(temporary)):
        return False
    return real[len(str(temporary)) :].lstrip(os.sep).startswith("pycode")


def at_home(path: str, context: Context) -> str:
    """Return a path with `~` replaced by the home directory of the context."""
    return str(context.home) + path[1:] if path == "~" or path.startswith("~/") else path


def _slashed(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path
