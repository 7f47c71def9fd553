"""Trust: whether PyCode may do by itself what a repository's files ask it to.

Such files are its agents and instructions in `.pycode.yaml` and `.pycode/`, and hooks, commands, servers and skills as other agents
have them. Until the user trusts the project none of them is read. Trust belongs to the real path of the project's root and to the very
content of these files: when something of it changes, it is asked again. It does not limit work that the user typed, and it is
never given by the repository.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pycode.core.data import Data
from pycode.core.errors import StorageError, UsageError

State = Literal["trusted", "refused", "changed", "unknown"]
"""What the user said about a project; `changed` when they trusted it with other files than it has now."""

CONFIG_FILES = (".pycode.yaml", os.path.join(".pycode", "config.yaml"))
"""The files in which only some keys need trust: the configuration names those that it did not read."""
SOURCES = (".agents", ".claude", ".mcp.json", ".pycode")
"""What else at a project's root can make PyCode do something: files, and folders with all that is in them."""

MOST_FILES = 2000
"""How many files are looked at; a project with more of them is not trusted as a whole."""
MOST_BYTES = 20_000_000
"""How much of their content is looked at, all together."""

_VERSION = 1
_NOT_LOOKED_INTO = frozenset({"node_modules", "worktrees"})
"""Other people's code and other projects' copies: nothing is discovered there."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class TrustQuestion(Data):
    """What a person is asked before PyCode obeys a project's files."""

    root: Path
    """The project's root, a real path."""
    things: tuple[str, ...]
    """What there is to trust, relative to the root."""
    fingerprint: str
    """What it contains now; the answer holds for exactly this."""
    changed: bool
    """Whether the project was trusted before and something has changed since."""


class TrustStore:
    """What the user said about their projects.

    Args:
        path: The file, `trust.json` in PyCode's own folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self, root: Path) -> State:
        """Return what the user said about the project as it is now.

        Raises:
            StorageError: The file cannot be read or is broken.
        """
        entry = self._read().get(_key(root))
        if entry is None:
            return "unknown"
        same = entry["fingerprint"] == fingerprint(root)
        if entry["trusted"]:
            return "trusted" if same else "changed"
        return "refused" if same else "unknown"

    def question_for(self, root: Path, keys: Sequence[str] = ()) -> TrustQuestion | None:
        """Return what to ask about a project.

        None when there is nothing to trust, it was answered already, or there is too much to look through for anybody to answer.

        Args:
            root: The project's root.
            keys: What the configuration did not read: `Config.untrusted`.

        Raises:
            StorageError: The file cannot be read or is broken.
        """
        things = things_to_trust(root, keys)
        if not things:
            return None
        state = self.state(root)
        print_ = fingerprint(root)
        if state in ("trusted", "refused") or print_ is None:
            return None
        return TrustQuestion(Path(_key(root)), things, print_, state == "changed")

    def answer(self, question: TrustQuestion, *, trusted: bool) -> None:
        """Keep the answer to a question.

        Raises:
            StorageError: It cannot be kept.
        """
        entry = {"trusted": trusted, "fingerprint": question.fingerprint}
        self._change(lambda entries: entries.update({str(question.root): entry}))

    def trust(self, root: Path) -> None:
        """Trust a project as it is now.

        Raises:
            UsageError: There is too much to look through.
            StorageError: It cannot be kept.
        """
        print_ = fingerprint(root)
        if print_ is None:
            raise UsageError(
                f"{', '.join(SOURCES)} in {root} hold more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB, too much to"
                " trust; remove what does not belong there"
            )
        self.answer(TrustQuestion(Path(_key(root)), (), print_, changed=False), trusted=True)

    def revoke(self, root: Path) -> bool:
        """Forget what was said about a project and return whether there was something.

        Raises:
            StorageError: It cannot be kept.
        """
        known = _key(root) in self._read()
        if known:
            self._change(lambda entries: entries.pop(_key(root), None))
        return known

    def projects(self) -> dict[Path, State]:
        """Return the projects that something was said about, sorted, with what holds now.

        Raises:
            StorageError: The file cannot be read or is broken.
        """
        return {Path(name): self.state(Path(name)) for name in sorted(self._read())}

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            if data["v"] != _VERSION:
                raise ValueError(f"its version is {data['v']!r}")
            return {str(root): _checked(entry) for root, entry in data["projects"].items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(
                f"{self._path}, which says what projects you trust, cannot be read or is broken ({error}); remove it to be asked again"
            ) from error

    def _change(self, change: Callable[[dict[str, dict[str, Any]]], object]) -> None:
        from pycode.system.files import atomic_write
        from pycode.system.locks import FileLock

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock")):
                entries = self._read()
                change(entries)
                text = json.dumps({"v": _VERSION, "projects": entries}, indent=1)
                atomic_write(self._path, (text + "\n").encode("ascii"), mode=0o600, sync=True)
        except OSError as error:
            raise StorageError(
                f"the answer cannot be kept in {self._path} ({error.strerror or error}); make its folder writable or set"
                " PYCODE_HOME to another one"
            ) from error


def things_to_trust(root: Path, keys: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what a project brings that PyCode would act on by itself, relative to its root.

    In the home directory the folders of agents are the user's own, and there is nothing to trust in them.

    Args:
        root: The project's root.
        keys: What the configuration did not read: `Config.untrusted`.
    """
    home = os.path.realpath(os.path.expanduser("~"))
    if os.path.realpath(root) == home:
        return tuple(keys)
    found = [name + _ending(root / name) for name in SOURCES if _holds_something(root, name)]
    return (*found, *keys)


def fingerprint(root: Path) -> str | None:
    """Return a hash of everything in a project that needs trust, or None when that is too much to look through."""
    import hashlib

    whole = hashlib.sha256()
    left = MOST_BYTES
    for count, path in enumerate(_files(root)):
        if count == MOST_FILES:
            return None
        facts, data = _content(path, left)
        left -= len(data)
        if left < 0:
            return None
        name = os.fsencode(os.path.relpath(path, root))
        for piece in (name, facts, data):
            whole.update(b"%d:" % len(piece) + piece)
    return whole.hexdigest()


def _holds_something(root: Path, name: str) -> bool:
    path = root / name
    if not path.is_dir():
        return os.path.lexists(path)
    try:
        with os.scandir(path) as entries:
            return any(os.path.join(name, entry.name) not in CONFIG_FILES for entry in entries)
    except OSError:
        return True  # what cannot be looked at is not nothing


def _ending(path: Path) -> str:
    return "/" if path.is_dir() else ""


def _files(root: Path) -> Iterator[str]:
    """Yield all files, in an order that does not depend on the disk; links to folders are followed, each folder once."""
    seen: set[str] = set()
    for name in sorted({*SOURCES, *CONFIG_FILES[:1]}):
        yield from _below(os.path.join(root, name), seen)


def _below(path: str, seen: set[str]) -> Iterator[str]:
    if not os.path.isdir(path):
        if os.path.lexists(path):
            yield path
        return
    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    try:
        names = sorted(os.listdir(path))
    except OSError:
        yield path  # its facts stand for it
        return
    for name in names:
        if name not in _NOT_LOOKED_INTO:
            yield from _below(os.path.join(path, name), seen)


def _content(path: str, limit: int) -> tuple[bytes, bytes]:
    """Return what kind of file it is and what it holds, one byte more than `limit` at most."""
    from pycode.system.files import open_file

    try:
        facts = os.stat(path)
        link = os.fsencode(os.readlink(path)) if os.path.islink(path) else b""
        kind = b"%o %s" % (stat.S_IFMT(facts.st_mode) | (facts.st_mode & stat.S_IXUSR), link)
        if not stat.S_ISREG(facts.st_mode):
            return kind, b""
        with open_file(Path(os.path.realpath(path))) as file:
            return kind, file.read(limit + 1)
    except OSError as error:
        return b"unreadable %d" % (error.errno or 0), b""


def _key(root: Path) -> str:
    return os.path.realpath(root)


def _checked(entry: Any) -> dict[str, Any]:
    if not isinstance(entry["trusted"], bool) or not isinstance(entry["fingerprint"], str):
        raise TypeError("an entry is `trusted` and `fingerprint`")
    return {"trusted": entry["trusted"], "fingerprint": entry["fingerprint"]}
