"""What a command line touches: its commands, the files that they read and write, and what lies outside, each a subject."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from pycode.permissions.command_line import FREE_TO_READ, FREE_TO_WRITE, CommandLine, analyse
from pycode.permissions.command_matching import CommandFacts, facts_of
from pycode.permissions.matching import Kind, Places, Subject, verdict
from pycode.permissions.parts import Part
from pycode.permissions.path_words import NO_FILES, path_like, strings_in
from pycode.permissions.request import Context, Request
from pycode.permissions.rules import Action, Rule
from pycode.permissions.subjects import (
    at_home,
    given_paths,
    is_too_wide,
    outside_subjects,
    path_subjects,
)
from pycode.permissions.wrappers import program_name
from pycode.system.paths import is_protected, is_secret, resolve
from pycode.system.protected import is_ordinary, may_be_protected, only_names_protect


def command_subjects(request: Request, context: Context) -> Iterator[Subject]:
    """Yield everything that the rules have to allow before command lines may run.

    Raises:
        ValueError: The folder cannot be one.
    """
    base = context.directory
    for path, known in given_paths(request):
        base = known or resolve(at_home(path, context), context.directory)
        yield from outside_subjects(base, context, read=False)
    for command in request.patterns:
        line = read_line(command, context, base)
        yield from _Line(line, base, context, tuple(request.always)).subjects()


def read_line(command: str, context: Context, base: Path) -> CommandLine:
    """Return what a command line does that runs in a folder."""
    if context.shell != "posix":
        return CommandLine(command, unread=f"it is for {context.shell}, which PyCode does not read")
    return analyse(command, context.home.as_posix(), base.as_posix())


def verdict_on(line: CommandLine, rules: Sequence[Rule]) -> Action | None:
    """Return what the rules of one source say about the commands of a line, without what these read and write."""
    found: list[Action | None] = []
    for subject in _Line(line, Path("/"), None, ()).commands("command", None):
        action, _ = verdict(rules, subject, Places("/", "/"))
        if action is not None or (subject.facts is not None and subject.facts.role == "command"):
            found.append(action)
    if line.refused or "deny" in found:
        return "deny"
    if "ask" in found:
        return "ask"
    return None if None in found else "allow"


class _Line:
    """The subjects of one line."""

    def __init__(
        self, line: CommandLine, base: Path, context: Context | None, always: tuple[str, ...]
    ) -> None:
        self.line = line
        self.base = base
        self.context = context
        self.always = always
        self._seen: set[tuple[object, ...]] = set()
        self._seen_words: set[tuple[str, bool]] = set()
        self._known_facts: dict[int, CommandFacts] = {}
        self._base = base.as_posix()
        self._root = (context.root.as_posix() if context is not None else "") + "/"
        self._real_folders = {self._root[:-1]: True}
        self._names_protect: bool | None = None

    def subjects(self) -> Iterator[Subject]:
        """Yield all of them."""
        context = self._context()
        self._note_git()
        problem = self.line.problem() if context.mode == "plan" or self._at_home() else None
        limit = None
        if self.line.refused:
            limit = f"the command holds {self.line.refused}; write it in a way that can be seen"
        elif problem is not None and context.mode == "plan":
            limit = f"in plan mode a command must be known to change nothing, and {problem}"
        kind: Kind = "home_command" if self._at_home() and problem is not None else "command"
        yield from self.commands(kind, limit)
        for item in self.line.redirected:
            span = (item.start, item.end)
            free = FREE_TO_READ if item.read else FREE_TO_WRITE
            if item.path.value in free and item.path.known:
                continue
            for path in self._in_folders(item.path.value, item.folders):
                yield from self._path(path, span, read=item.read, known=item.path.known)
        for part in self.line.parts:
            if part.role != "suspect":
                yield from self._part(part)

    def commands(self, kind: Kind, limit: str | None) -> Iterator[Subject]:
        """Yield the commands alone."""
        line = self.line
        if line.unread or line.refused or not line.parts:
            facts = CommandFacts(
                line.text,
                (),
                (line.text,),
                "command",
                (),
                "",
                False,
                False,
                frozenset({""}),
                bool,
                strict=True,
            )
            unread: Kind = "unread" if line.unread else kind
            yield Subject(
                "bash",
                unread,
                (line.text,),
                facts=facts,
                about=line.unread,
                limit=limit,
                always=self.always,
            )
        seen: set[tuple[object, ...]] = set()
        for part in line.parts:
            key = (part.argv, part.role, part.literal, part.assignments, len(part.effects.hazards))
            if key in seen:
                continue
            seen.add(key)
            facts = self._facts(part)
            own = "beyond" if part.effects.beyond and kind == "command" else kind
            yield Subject(
                "bash",
                own,
                (line.text,),
                facts=facts,
                about=part.effects.beyond or "a command",
                limit=limit,
                always=self.always,
                notes=_notes(part),
                span=(part.start, part.end),
            )
            limit = None

    def _facts(self, part: Part) -> CommandFacts:
        facts = self._known_facts.get(id(part))
        if facts is None:
            strict = self.context is not None and self.context.strict
            facts = facts_of(part, self.line.text, lambda: self.line.certain, strict=strict)
            self._known_facts[id(part)] = facts
        return facts

    def _part(self, part: Part) -> Iterator[Subject]:
        """Yield the files of one command."""
        span = (part.start, part.end)
        read_only, reads = _reads(part)
        for word in (*reads, *part.effects.reads):
            if word not in FREE_TO_READ and word != "-":
                for path in self._in_folders(word, part.folders):
                    yield from self._path(path, span, read=True, known=part.literal)
        for write in part.effects.writes:
            if write.path not in FREE_TO_WRITE:
                for path in self._in_folders(write.path, part.folders):
                    owner = self._facts(part) if write.own else None
                    yield from self._path(path, span, read=False, known=part.literal, owner=owner)
        if not read_only and part.role != "wrapper" and part.argv[0] not in NO_FILES:
            yield from self._reached(part, span)
        yield from self._unknown_folder(part.folders, span)

    def _reached(self, part: Part, span: tuple[int, int]) -> Iterator[Subject]:
        """Yield what the words of a command seem to reach outside, and secrets among them."""
        taken = {*part.effects.reads, *(write.path for write in part.effects.writes)}
        stages = program_name(part.argv[0]) == "git" and part.argv[1:2] in (("add",), ("commit",))
        for word in part.argv[1:]:
            for text in () if word in taken else path_like(word):
                for path in self._in_folders(text, part.folders):
                    yield from self._word(path, span, may_write=not stages)
            for text in strings_in(word):
                for path in self._in_folders(text, part.folders):
                    yield from self._word(path, span, in_code=True)

    def _word(
        self, path: str, span: tuple[int, int], *, may_write: bool = True, in_code: bool = False
    ) -> Iterator[Subject]:
        """Yield what is to be said of a word that may be a path, and may be a file that is written.

        Args:
            path: The word, from the folder on in which it is looked for.
            span: Where its command stands.
            may_write: Whether the command may do more than name it.
            in_code: Whether it is a string in code: then only secrets and protected files count.
        """
        if (path, in_code) in self._seen_words:
            return
        self._seen_words.add((path, in_code))
        plain = self._plain_path(path)
        if plain is not None and is_ordinary(plain[len(self._root) :]):
            return
        if path.startswith("/") and not os.path.exists("/" + path.strip("/").partition("/")[0]):
            return  # a route of a web server, a regular expression
        context = self._context()
        full = os.path.join(self.base, path)
        leads_out = path.startswith("/") or ".." in path.split("/")
        if not leads_out and not may_be_protected(path) and not _exists(full):
            return
        try:
            real = resolve(path, self.base)
        except ValueError as error:
            if path.startswith("/"):  # any other word that cannot be a path is none
                about = str(error)
                yield Subject("external_directory", "outside", (path,), about=about, span=span)
            return
        if str(real) in FREE_TO_READ:
            return
        if is_secret(real):
            yield from self._path(path, span, read=True)
            return
        if may_write and is_protected(real, context.root):
            about = f"{real} is protected, and the command may write it"
            yield Subject("edit", "outside", (real.as_posix(),), about=about, span=span)
        for subject in () if in_code else outside_subjects(real, context, read=False):
            yield _placed(subject, span)

    def _path(
        self,
        path: str,
        span: tuple[int, int],
        *,
        read: bool,
        known: bool = True,
        owner: CommandFacts | None = None,
    ) -> Iterator[Subject]:
        permission = "read" if read else "edit"
        key = (path, read, known, id(owner))
        if key in self._seen:
            return
        self._seen.add(key)
        plain = self._plain_path(path)
        if plain is not None and read:
            yield Subject("read", "read", (plain,), about=f"reading {plain}", span=span)
            return
        if plain is not None and self._is_free_to_write(plain):
            about = f"writing {plain}"
            yield Subject(
                "edit", "edit", (plain,), about=about, span=span, known=known, owner=owner
            )
            return
        try:
            found = list(path_subjects(path, self.base, self._context(), permission, read=read))
        except ValueError:
            found = [Subject(permission, "outside", (path,), about=f"{path!r} cannot be a file")]
        for subject in found:
            yield _placed(subject, span, known=known or subject.permission != "edit", owner=owner)

    def _plain_path(self, path: str) -> str | None:
        """Return a path in the project that is no link, lies in no link and holds no secrets; None for any other.

        It is what `path_subjects` finds out for any path, only faster.
        """
        full = path if path.startswith("/") else f"{self._base}/{path}"
        folder, _, name = full.rpartition("/")
        if not full.startswith(self._root) or ".." in full or "//" in full or "/." in full:
            return None
        if not name or "\\" in full:
            return None
        return full if self._is_real(folder) and not os.path.islink(full) else None

    def _is_free_to_write(self, plain: str) -> bool:
        """Return whether a plain path is surely not protected, by its name, its place or another name of the file."""
        if self._names_protect is None:
            root = self._context().root
            self._names_protect = (
                self._context().mode != "plan"
                and not is_too_wide(self._context())
                and only_names_protect(root)
                and not os.path.isfile(root / ".git")
            )
        if not self._names_protect or not is_ordinary(plain[len(self._root) :]):
            return False
        try:
            facts = os.lstat(plain)
        except OSError:
            return True  # there is none yet
        return facts.st_nlink < 2 or stat.S_ISDIR(facts.st_mode)

    def _is_real(self, folder: str) -> bool:
        """Return whether a folder in the project is reached through no link."""
        real = self._real_folders.get(folder)
        if real is None:
            parent = folder.rpartition("/")[0]
            real = self._is_real(parent) and not os.path.islink(folder)
            self._real_folders[folder] = real
        return real

    def _unknown_folder(
        self, folders: tuple[str, ...] | None, span: tuple[int, int]
    ) -> Iterator[Subject]:
        if folders is None:
            about = "it is not known before in which folder this runs"
            yield Subject("external_directory", "unknown", ("*",), about=about, span=span)

    def _in_folders(self, path: str, folders: tuple[str, ...] | None) -> list[str]:
        if path.startswith("~"):
            path = f"./{path}"  # a tilde that meant the home directory has become it
        if os.path.isabs(path) or folders is None:
            return [path]
        return [os.path.join(folder, path) for folder in folders]

    def _note_git(self) -> None:
        """Note what git would run because of the repository that it is started in: no pattern covers that."""
        problems: dict[str, str | None] = {}
        for part in self.line.parts:
            if part.role == "suspect" or program_name(part.argv[0]) != "git":
                continue
            for folder in part.folders or ():
                if folder not in problems:
                    problems[folder] = _program_around(folder)
                problem = problems[folder]
                if problem is not None:
                    part.effects.needs("", problem)

    def _at_home(self) -> bool:
        context = self._context()
        return context.home.is_relative_to(context.root)

    def _context(self) -> Context:
        if self.context is None:
            raise AssertionError("paths are only looked at in a context")
        return self.context


def _notes(part: Part) -> tuple[str, ...]:
    reasons = [hazard.reason for hazard in part.effects.hazards]
    if part.assignments:
        reasons.append(f"{part.assignments[0].partition('=')[0]} may change what it does")
    if part.reason:
        reasons.append(f"it holds {part.reason}")
    return tuple(dict.fromkeys(reasons))


def _reads(part: Part) -> tuple[bool, list[str]]:
    """Return whether a command is known to be read-only, and then the words that it may read as files."""
    from pycode.permissions.programs import check

    if not part.literal or part.role == "wrapper":
        return False, []
    problem, paths = check(part.argv)
    return problem is None, paths if problem is None else []


def _program_around(folder: str) -> str | None:
    """Return what git would run because of the repository around a folder, or None."""
    from pycode.permissions.git_helpers import program_in_repository

    try:
        return program_in_repository(resolve(folder, Path("/")))
    except ValueError as error:
        return str(error)


def _exists(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def _placed(
    subject: Subject,
    span: tuple[int, int],
    *,
    known: bool = True,
    owner: CommandFacts | None = None,
) -> Subject:
    from dataclasses import replace

    return replace(
        subject, span=span, known=known, owner=owner if subject.permission == "edit" else None
    )
