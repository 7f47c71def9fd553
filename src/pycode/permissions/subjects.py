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
from pycode.system.paths import is_protected, resolve
from pycode.system.protected import is_secret_name

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
    read = request.permission != "edit"
    for path, known in given_paths(request):
        yield from path_subjects(
            path, context.directory, context, request.permission, read=read, known=known
        )
    for path in () if request.paths else request.patterns or ["."]:
        yield from path_subjects(path, context.directory, context, request.permission, read=read)


def given_paths(request: Request) -> Iterator[tuple[str, Path | None]]:
    """Yield the paths of a request, each with its real path where that is known."""
    for index, path in enumerate(request.paths):
        yield path, Path(request.real[index]) if request.real else None


def _others(request: Request, context: Context) -> Iterator[Subject]:
    writes = not request.read_only
    for path, known in given_paths(request):
        yield from path_subjects(
            path, context.directory, context, None, read=not writes, known=known
        )
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


def path_subjects(
    path: str,
    base: Path,
    context: Context,
    permission: str | None,
    *,
    read: bool,
    known: Path | None = None,
) -> Iterator[Subject]:
    """Yield the subject of a path that a tool names, and of its lying outside."""
    path = at_home(path, context)
    real = known or resolve(path, base)
    given = _given(path, base, real, context.root)
    limit = None
    if not read and context.mode == "plan":
        limit = "plan mode changes nothing"
    elif not read and (is_protected(real, context.root) or is_protected(given, context.root)):
        limit = f"{real} is protected: no tool writes it in any mode; ask the user to do it"
    secret = is_secret_name(real.name) or is_secret_name(given.name)
    if permission is not None or limit is not None:
        kind: Kind = "secret" if secret else "read" if read else "edit"
        forms = tuple(dict.fromkeys((given.as_posix(), real.as_posix())))
        about = (
            f"{real} may hold secrets" if secret else f"{'reading' if read else 'writing'} {real}"
        )
        yield Subject(permission or "edit", kind, forms, about=about, limit=limit)
    yield from outside_subjects(real, context, read=read, given=given)


def outside_subjects(
    real: Path, context: Context, *, read: bool, given: Path | None = None
) -> Iterator[Subject]:
    """Yield the subject of a real path that lies outside the project and is not free.

    A root above the home directory is no project: what is written there is somebody's all the same.
    """
    inside = real.is_relative_to(context.root)
    if inside and (read or not is_too_wide(context)):
        return
    if _FREE.intersection((real.as_posix(), real.parent.as_posix(), (given or real).as_posix())):
        return
    if read and _free_to_read(real, context):
        return
    parts = (given.as_posix(),) if given is not None and given != real else ()
    yield Subject(
        "external_directory",
        "outside",
        (real.as_posix(),),
        parts=parts,
        about=(
            f"{real} lies in {context.root}, which is too wide to be a project"
            if inside
            else f"{real} lies outside the project"
        ),
    )


def is_too_wide(context: Context) -> bool:
    """Return whether the root is above the home directory, and so no project."""
    root, home = context.root, context.home
    return root == root.parent or (home != root and home.is_relative_to(root))


def _free_to_read(real: Path, context: Context) -> bool:
    if any(real.is_relative_to(folder) for folder in context.readable):
        return True
    temporary = context.temporary
    if temporary is None or not real.is_relative_to(temporary) or real == temporary:
        return False
    return real.relative_to(temporary).parts[0].startswith("pycode")


def _given(path: str, base: Path, real: Path, root: Path) -> Path:
    """Return the path as it was named, absolute, without following links below the project's root."""
    given = Path(os.path.normpath(base / path))
    if given == real or given.is_relative_to(root):
        return given
    for parent in given.parents:
        if Path(os.path.realpath(parent)) == root:
            return root / given.relative_to(parent)
    return given


def at_home(path: str, context: Context) -> str:
    """Return a path with `~` replaced by the home directory of the context."""
    return str(context.home) + path[1:] if path == "~" or path.startswith("~/") else path
