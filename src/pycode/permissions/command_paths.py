"""The files that the commands of a line read and write, and whatever else of their words lies outside or is protected, as subjects."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pycode.permissions.command_line import FREE_TO_READ, FREE_TO_WRITE
from pycode.permissions.matching import Subject
from pycode.permissions.parts import Part, Redirected
from pycode.permissions.path_words import NO_FILES, path_like, strings_in
from pycode.permissions.programs import check
from pycode.permissions.request import Context
from pycode.permissions.subjects import Surroundings, is_too_wide
from pycode.permissions.wrappers import program_name
from pycode.system.protected import (
    is_ordinary,
    is_secret_name,
    may_be_protected,
    only_names_protect,
)

if TYPE_CHECKING:
    from pycode.permissions.command_matching import CommandFacts

_GLOB = frozenset("*?[")
_BEGINS_WITH_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")

Span = tuple[int, int]
"""Where something stands in a line."""


class _Plain(NamedTuple):
    """A path in the project that is no link, and is reached through none."""

    path: str
    exists: bool
    has_other_name: bool
    """Whether it is a file that may lie elsewhere as well, by a hard link."""


class CommandPaths:
    """The paths of one line. Each is looked at once, and so is each folder on the way.

    Args:
        base: Where the line runs.
        context: The rules and the project.
        variables: The variables that the line sets, or that are known before.
    """

    def __init__(self, base: Path, context: Context, variables: frozenset[str]) -> None:
        self._variables = variables
        self._base_path = base
        self._base = base.as_posix()
        self._context = context
        self._around = Surroundings(context)
        self._root = context.root.as_posix() + "/"
        self._seen: set[tuple[object, ...]] = set()
        self._seen_words: set[tuple[str, bool]] = set()
        self._real_folders = {self._root[:-1]: True}
        self._tops: dict[str, bool] = {}
        self._names_alone: bool | None = None

    def redirected(self, item: Redirected) -> Iterator[Subject]:
        """Yield the file of a redirection."""
        free = FREE_TO_READ if item.read else FREE_TO_WRITE
        if item.path.value in free and item.path.known:
            return
        span = (item.start, item.end)
        if not item.read and not item.path.known:
            yield from self._anywhere(item.path.value, span)
        for path in _in_folders(item.path.value, item.folders):
            yield from self._path(path, span, read=item.read, known=item.path.known)

    def of(self, part: Part, facts: Callable[[], CommandFacts]) -> Iterator[Subject]:
        """Yield the files of one command.

        Args:
            part: The command.
            facts: What rules about the command are held against.
        """
        span = (part.start, part.end)
        read_only, reads = _reads(part)
        for word in (*reads, *part.effects.reads):
            if word not in FREE_TO_READ and word != "-":
                for path in _in_folders(word, part.folders):
                    yield from self._path(path, span, read=True, known=part.literal)
        for write in part.effects.writes:
            if write.path not in FREE_TO_WRITE:
                if not part.literal:
                    yield from self._anywhere(write.path, span)
                owner = facts() if write.own else None
                for path in _in_folders(write.path, part.folders):
                    yield from self._path(path, span, read=False, known=part.literal, owner=owner)
        if not read_only and part.role != "wrapper" and part.argv[0] not in NO_FILES:
            yield from self._reached(part, span)
        if program_name(part.argv[0]) == "git":
            yield from self._in_revisions(part, span)
        if part.folders is None:
            about = "it is not known before in which folder this runs"
            yield Subject("external_directory", "unknown", ("*",), about=about, span=span)

    def _anywhere(self, word: str, span: Span) -> Iterator[Subject]:
        """Yield what is written where only the environment knows: `rm -r "$X"/a`."""
        variable = _BEGINS_WITH_VARIABLE.match(word)
        if variable is not None and variable[1] not in self._variables:
            about = f"where {word} lies is up to the variable {variable[1]}, which the line does not set"
            yield Subject("external_directory", "outside", (word,), about=about, span=span)

    def _reached(self, part: Part, span: Span) -> Iterator[Subject]:
        """Yield what the words of a command seem to reach outside, and secrets among them."""
        taken = {*part.effects.reads, *[write.path for write in part.effects.writes]}
        stages = program_name(part.argv[0]) == "git" and part.argv[1:2] in (("add",), ("commit",))
        for word in dict.fromkeys(part.argv[1:]):
            if word not in taken:
                for text in path_like(word):
                    for path in _in_folders(text, part.folders):
                        yield from self._word(path, span, may_write=not stages)
            for text in strings_in(word):
                for path in _in_folders(text, part.folders):
                    yield from self._word(path, span, in_code=True)

    def _in_revisions(self, part: Part, span: Span) -> Iterator[Subject]:
        """Yield the secrets that git is asked for as files of a revision: `git show HEAD:.env`."""
        for word in part.argv[1:]:
            name = word.partition(":")[2]
            for path in _in_folders(name, part.folders) if name else ():
                yield from self._word(path, span, may_write=False, in_code=True)

    def _word(
        self, path: str, span: Span, *, may_write: bool = True, in_code: bool = False
    ) -> Iterator[Subject]:
        """Yield what is to be said of a word that may be a path, and may be a file that is written.

        Args:
            path: The word, from the folder on in which it is looked for.
            span: Where its command stands.
            may_write: Whether the command may do more than name it.
            in_code: Whether it is a string in code: then only secrets and protected files count.
        """
        if (path, in_code) in self._seen_words or self._is_nothing_special(path):
            return
        self._seen_words.add((path, in_code))
        if path in FREE_TO_READ or path in FREE_TO_WRITE:
            return
        if self._is_own(path):
            yield self._elsewhere(path, span)
        try:
            real = self._around.real_paths.resolve(path, self._base)
        except ValueError as error:
            if path.startswith("/"):  # any other word that cannot be a path is none
                about = str(error)
                yield Subject("external_directory", "outside", (path,), about=about, span=span)
            return
        if real in FREE_TO_READ:
            return
        if is_secret_name(os.path.basename(real)) or _may_become_secret(path):
            yield from self._path(path, span, read=True)
            return
        if may_write and self._around.protection.covers(real, real):
            about = f"{real} is protected, and the command may write it"
            form = Path(real).as_posix()
            yield Subject("edit", "outside", (form,), about=about, span=span)
        for subject in () if in_code else self._around.outside(real, read=False):
            subject.span = span
            yield subject

    def _is_nothing_special(self, path: str) -> bool:
        """Return whether a word is surely no path, or one in the project that is neither secret nor protected."""
        plain = self._plain_path(path)
        if plain is not None and self._only_names_protect():
            below = plain.path[len(self._root) :]
            if is_ordinary(below):
                return not plain.has_other_name
            return not may_be_protected(below) and not plain.exists
        if path.startswith("/"):
            return not self._begins_somewhere(path)
        leads_out = ".." in path.split("/")
        return not leads_out and not may_be_protected(path) and not _exists(f"{self._base}/{path}")

    def _begins_somewhere(self, path: str) -> bool:
        """Return whether the first name of an absolute path exists: the route of a web server is no path."""
        top = path.strip("/").partition("/")[0]
        if top not in self._tops:
            self._tops[top] = os.path.exists(f"/{top}")
        return self._tops[top]

    def _path(
        self,
        path: str,
        span: Span,
        *,
        read: bool,
        known: bool = True,
        owner: CommandFacts | None = None,
    ) -> Iterator[Subject]:
        permission: Literal["read", "edit"] = "read" if read else "edit"
        key = (path, read, known, id(owner))
        if key in self._seen:
            return
        self._seen.add(key)
        plain = self._plain_path(path)
        if plain is not None and (read or self._is_free_to_write(plain)):
            about = f"{'reading' if read else 'writing'} {plain.path}"
            found = [Subject(permission, permission, (plain.path,), about=about)]
        else:
            try:
                found = list(self._around.path(path, self._base_path, permission, read=read))
            except ValueError:
                about = f"{path!r} cannot be a file"
                found = [Subject(permission, "outside", (path,), about=about)]
            if read and _may_become_secret(path):
                about = f"{path} may become the name of a file with secrets"
                found.append(Subject("read", "secret", (path,), about=about))
            if self._is_own(path):
                found.append(self._elsewhere(path, span))
        for subject in found:
            subject.span = span
            if subject.permission == "edit":
                subject.known, subject.owner = known, owner
            yield subject

    def _is_own(self, path: str) -> bool:
        return self._around.real_paths.is_own(os.path.join(self._base, path))

    def _elsewhere(self, path: str, span: Span) -> Subject:
        """Return the subject of a path that is not to the command what it is to PyCode."""
        about = f"{path} leads through /proc/self, which is another place to each process"
        return Subject("external_directory", "outside", (path,), about=about, span=span)

    def _plain_path(self, path: str) -> _Plain | None:
        """Return what is known of a path in the project that is no link, lies in no link and holds no secrets; None for any other.

        It is what `Surroundings` finds out for any path, only faster.
        """
        full = path if path.startswith("/") else f"{self._base}/{path}"
        folder, _, name = full.rpartition("/")
        if not full.startswith(self._root) or ".." in full or "//" in full or "/." in full:
            return None
        if not name or "\\" in full or "\0" in full:
            return None
        if not self._is_real(folder):
            return None
        try:
            facts = os.lstat(full)
        except OSError:
            return _Plain(full, exists=False, has_other_name=False)
        kind = stat.S_IFMT(facts.st_mode)
        if kind == stat.S_IFLNK:
            return None
        return _Plain(full, exists=True, has_other_name=kind == stat.S_IFREG and facts.st_nlink > 1)

    def _is_real(self, folder: str) -> bool:
        """Return whether a folder in the project is reached through no link."""
        real = self._real_folders.get(folder)
        if real is None:
            parent = folder.rpartition("/")[0]
            real = self._is_real(parent) and not os.path.islink(folder)
            self._real_folders[folder] = real
        return real

    def _is_free_to_write(self, plain: _Plain) -> bool:
        """Return whether a plain path is surely not protected, by its name, its place or another name of the file."""
        return (
            self._context.mode != "plan"
            and self._only_names_protect()
            and is_ordinary(plain.path[len(self._root) :])
            and not plain.has_other_name
        )

    def _only_names_protect(self) -> bool:
        """Return whether nothing in the project is protected by where it lies."""
        if self._names_alone is None:
            root = self._context.root
            self._names_alone = (
                not is_too_wide(self._context)
                and only_names_protect(root)
                and not os.path.isfile(root / ".git")
            )
        return self._names_alone


def _reads(part: Part) -> tuple[bool, list[str]]:
    """Return whether a command is known to be read-only, and then the words that it may read as files."""
    if not part.literal or part.role == "wrapper":
        return False, []
    problem, paths = check(part.argv)
    return problem is None, paths if problem is None else []


def _in_folders(path: str, folders: tuple[str, ...] | None) -> list[str]:
    if path.startswith("~"):
        path = f"./{path}"  # a tilde that meant the home directory has become it
    if folders is None:
        return [path]
    if path[:1] == "/" or os.sep != "/":
        return [os.path.join(folder, path) for folder in folders]
    return [folder + path if folder[-1:] == "/" else f"{folder}/{path}" for folder in folders]


def _may_become_secret(path: str) -> bool:
    """Return whether the shell may make `.env` of a glob. The point at a name's beginning is matched by nothing but a point."""
    name = path.rpartition("/")[2]
    return name[:1] == "." and not _GLOB.isdisjoint(name) and fnmatchcase(".env", name.lower())


def _exists(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False
