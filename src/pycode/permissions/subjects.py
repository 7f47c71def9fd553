"""What a request touches: its paths, commands and what they reach outside the project, each a subject of the decision.

Paths are looked at as given and as they really are, links followed. Hard limits are found here: plan changes nothing, and
protected names are written in no mode.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pycode.permissions.command_line import CommandLine, analyse
from pycode.permissions.matching import Kind, Subject
from pycode.permissions.request import Context, Request
from pycode.permissions.rules import PATH_KEYS
from pycode.system.paths import is_protected, is_secret, resolve

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
        "tty",
        "fd",
    )
)


def subjects_of(request: Request, context: Context) -> list[Subject]:
    """Return everything that the rules have to allow before a request may be carried out.

    Raises:
        ValueError: A path of the request cannot be one.
    """
    if request.permission == "bash":
        return list(_commands(request, context))
    if request.permission in PATH_KEYS - {"external_directory"}:
        return list(_paths(request, context))
    return list(_others(request, context))


def command_subject(
    line: CommandLine,
    *,
    kind: Kind = "command",
    limit: str | None = None,
    always: tuple[str, ...] = (),
) -> Subject:
    """Return the subject that a command line is for rules about `bash`."""
    return Subject(
        "bash",
        kind,
        (line.text,),
        parts=tuple(part for part in line.commands if part != line.text),
        literal=line.literal,
        about="a command",
        limit=limit,
        always=always,
    )


def _commands(request: Request, context: Context) -> Iterator[Subject]:
    base = context.directory
    for path in request.paths:
        base = resolve(_at_home(path, context), context.directory)
        yield from _outside(base, context, read=False)
    for command in request.patterns:
        line = analyse(command)
        problem = line.problem or (_git_problem(line, base) if context.mode == "plan" else None)
        limit = None
        if problem is not None and context.mode == "plan":
            limit = f"in plan mode a command must be known to change nothing, and {problem}"
        at_home = context.home.is_relative_to(context.root)
        kind: Kind = "home_command" if at_home and problem is not None else "command"
        yield command_subject(line, kind=kind, limit=limit, always=tuple(request.always))
        for path in line.reads:
            yield from _path(path, base, context, "read", read=True)
        for path in line.writes:
            if path not in _FREE:
                yield from _path(path, base, context, "edit", read=False)
        for path in line.reaches:
            yield from _word(path, base, context)


def _git_problem(line: CommandLine, directory: Path) -> str | None:
    if line.words[0] != "git":
        return None
    from pycode.permissions.git_helpers import program_in_repository

    return program_in_repository(directory)


def _paths(request: Request, context: Context) -> Iterator[Subject]:
    read = request.permission != "edit"
    for path in request.paths or request.patterns or ["."]:
        yield from _path(path, context.directory, context, request.permission, read=read)


def _others(request: Request, context: Context) -> Iterator[Subject]:
    writes = not request.read_only
    for path in request.paths:
        yield from _path(path, context.directory, context, None, read=not writes)
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


def _path(
    path: str, base: Path, context: Context, permission: str | None, *, read: bool
) -> Iterator[Subject]:
    """Yield the subject of a path that a tool names, and of its lying outside."""
    path = _at_home(path, context)
    real = resolve(path, base)
    given = _given(path, base, real, context.root)
    limit = None
    if not read and context.mode == "plan":
        limit = "plan mode changes nothing"
    elif not read and (is_protected(real, context.root) or is_protected(given, context.root)):
        limit = f"{real} is protected: no tool writes it in any mode; ask the user to do it"
    secret = is_secret(real) or is_secret(given)
    if permission is not None or limit is not None:
        kind: Kind = "secret" if secret else "read" if read else "edit"
        forms = tuple(dict.fromkeys((given.as_posix(), real.as_posix())))
        about = (
            f"{real} may hold secrets" if secret else f"{'reading' if read else 'writing'} {real}"
        )
        yield Subject(permission or "edit", kind, forms, about=about, limit=limit)
    yield from _outside(real, context, read=read, given=given)


def _word(path: str, base: Path, context: Context) -> Iterator[Subject]:
    """Yield the subject of a word of a command that looks like a path, when it is one that lies outside."""
    path = _at_home(path, context)
    if path.startswith("/"):
        top = "/" + path.strip("/").partition("/")[0]
        if not os.path.exists(top):
            return  # a route of a web server, a regular expression
    try:
        real = resolve(path, base)
    except ValueError:
        return  # no file can have this name, so it names none
    yield from _outside(real, context, read=False)


def _outside(
    real: Path, context: Context, *, read: bool, given: Path | None = None
) -> Iterator[Subject]:
    if real.is_relative_to(context.root):
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
        about=f"{real} lies outside the project",
    )


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


def _at_home(path: str, context: Context) -> str:
    """Return a path with `~` replaced by the home directory of the context."""
    return str(context.home) + path[1:] if path == "~" or path.startswith("~/") else path
