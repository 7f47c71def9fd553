"""Works out what a patch makes of the files, before any of them is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pycode.core.errors import EditError
from pycode.system import paths
from pycode.system.files import decode, is_binary
from pycode.tools.changes import NEW_FILE, read_existing
from pycode.tools.patch_commit import FileChange, commit
from pycode.tools.patch_hunks import patched
from pycode.tools.patch_text import FilePatch, parse_patch
from pycode.tools.targets import sentence


def apply_to_directory(text: str, directory: Path) -> list[Path]:
    """Apply a patch to the files below a directory; see `pycode.tools.editing.apply_patch`.

    Raises:
        EditError: As said there.
    """
    base = Path(os.path.realpath(directory))

    def locate(name: str) -> Path:
        path = paths.resolve(name, base)
        if not path.is_relative_to(base):
            raise ValueError(f"{name!r} leads out of the directory that the patch is for")
        return path

    plan = Plan(locate, base)
    plan.add(parse_patch(text))
    try:
        commit(plan.changes)
    except OSError as error:
        name = os.path.relpath(os.fsdecode(error.filename or base), base)
        raise EditError(sentence(error, name)) from error
    return plan.touched


@dataclass(slots=True)
class _File:
    """A file as the patch has left it so far."""

    change: FileChange
    name: str

    def present(self) -> bytes:
        """Return its content.

        Raises:
            EditError: There is no such file.
        """
        if self.change.after is None:
            raise EditError(f"{self.name}: there is no such file.")
        return self.change.after


class Plan:
    """What a patch makes of the files.

    Several sections may be about one file: each builds on those before it. What a unified diff renames or copies is the file as
    it was before all of them: git may swap two names.

    Args:
        locate: Returns the real path of a name; raises ValueError where it is out of bounds.
        base: Where relative names begin.
        is_stale: Tells whether a file's content is another than the one that the patch's author has seen: then hunks have to
            match exactly.
    """

    def __init__(
        self,
        locate: Callable[[str], Path],
        base: Path,
        is_stale: Callable[[Path, bytes], bool] = lambda path, data: False,
    ) -> None:
        self._locate = locate
        self._base = base
        self._is_stale = is_stale
        self._files: dict[Path, _File] = {}
        self._leaving: set[Path] = set()
        self._came: set[Path] = set()
        self.touched: list[Path] = []
        """Every path that the patch is about, in its order."""

    @property
    def changes(self) -> list[FileChange]:
        """What is to be changed, in the order of the patch."""
        changes = [file.change for file in self._files.values()]
        return [
            change for change in changes if change.after != change.before or change.mode is not None
        ]

    def add(self, sections: Sequence[FilePatch]) -> None:
        """Work out all sections of a patch.

        Raises:
            EditError: One of them cannot be applied, or all of them together change nothing.
        """
        for work in (self._note_leaving, self._add):
            for section in sections:
                try:
                    work(section)
                except ValueError as error:  # a path or a character that cannot be
                    raise EditError(f"{section.path}: {error}.") from error
                except OSError as error:
                    raise EditError(sentence(error, section.path)) from error
        if not self.changes:
            raise EditError(
                "the files already read as the patch would make them; nothing would change."
            )

    def _note_leaving(self, section: FilePatch) -> None:
        if section.unified and section.move_to is not None and not section.keep_source:
            self._leaving.add(self._locate(section.path))

    def _add(self, section: FilePatch) -> None:
        file = self._file(section.path, itself=section.action == "delete" or bool(section.move_to))
        if section.action == "add":
            self._put(file, NEW_FILE.encode("".join(h.new for h in section.hunks)), section)
            file.change.mode = section.mode
        elif section.action == "delete":
            self._delete(file, section)
        else:
            self._update(file, section)

    def _file(self, name: str, *, itself: bool = False) -> _File:
        """Return a file as it is by now; as `itself` it may not be a link, which stands for another file."""
        path = self._locate(name)
        if itself and os.path.islink(os.path.join(self._base, name)):
            raise EditError(f"{name} is a link; delete or move it with a command.")
        if path not in self._files:
            before = read_existing(path)
            self._files[path] = _File(FileChange(path, before, before), name)
        if path not in self.touched:
            self.touched.append(path)
        return self._files[path]

    def _put(self, file: _File, data: bytes, section: FilePatch) -> None:
        """Let a file come, in the place of another one where the patch's grammar allows that."""
        path = file.change.path
        if file.change.after is not None and not (path in self._leaving and path not in self._came):
            if not section.replaces:
                raise EditError(f"{file.name} exists already.")
            file.change.replaced = file.change.before == file.change.after
        file.change.after = data
        self._came.add(path)

    def _delete(self, file: _File, section: FilePatch) -> None:
        data = file.present()
        shown = "".join(hunk.old for hunk in section.hunks)
        if shown and not is_binary(data):
            text = decode(data).text
            if text.replace("\r\n", "\n") != shown.replace("\r\n", "\n"):
                raise EditError(
                    f"{file.name} does not read as the patch has it; it was not deleted."
                )
        file.change.after = None

    def _update(self, file: _File, section: FilePatch) -> None:
        before = file.change.before
        as_it_was = section.unified and section.move_to is not None
        data = before if as_it_was and before is not None else file.present()
        if section.hunks:
            data = self._patched(file, data, section)
        mode = section.mode
        if section.move_to is None:
            file.change.after = data
            file.change.mode = mode if mode is not None else file.change.mode
            return
        target = self._file(section.move_to)
        if target.change.path == file.change.path:
            file.change.after = data
            return
        if _same_file(file.change.path, target.change.path):
            raise EditError(
                f"{section.move_to} is {file.name} on this disk; rename it with a command."
            )
        self._put(target, data, section)
        target.change.notes = file.change.notes
        target.change.mode = mode if mode is not None else _mode(file.change)
        filled_again = section.unified and file.change.path in self._came
        if not section.keep_source and not filled_again:
            file.change.after = None

    def _patched(self, file: _File, data: bytes, section: FilePatch) -> bytes:
        if is_binary(data):
            raise EditError(f"{file.name} is a binary file.")
        text = decode(data)
        stale = data == file.change.before and self._is_stale(file.change.path, data)
        try:
            result = patched(text.text, section.hunks, unified=section.unified, exact_only=stale)
        except EditError as error:
            changed = "it changed since you last saw it. " if stale else ""
            raise EditError(f"{file.name}: {changed}{error}") from error
        if stale:
            file.change.notes.append("The file had changed since you last saw it; read it again.")
        file.change.notes += result.notes
        return text.encode(result.content)


def _mode(change: FileChange) -> int | None:
    if change.mode is not None or change.before is None:
        return change.mode
    return stat.S_IMODE(os.stat(change.path).st_mode)


def _same_file(source: Path, target: Path) -> bool:
    return source.exists() and target.exists() and os.path.samefile(source, target)
