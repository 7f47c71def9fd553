"""Gets the file of a model: from the first source that can give it, going on where an earlier try stopped, and checked at the end."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from pycode.client.model_sources import PIECE, Source, SourceError
from pycode.core.errors import NetworkError, PyCodeError
from pycode.providers.local_files import KnownModel

_TRIES = 5
"""How often a source that broke off is asked for the rest."""


class Watcher(Protocol):
    """Is told how a download goes."""

    def say(self, text: str) -> None:
        """Take a line for the user."""

    def progress(self, done: int, size: int) -> None:
        """Take how many bytes of the file are there."""


async def download(
    model: KnownModel, target: Path, sources: Sequence[Source], watcher: Watcher
) -> None:
    """Put the file of a model in its place, whole and with the right hash, or not at all.

    What was got before a failure, or before the task was cancelled, is kept beside the place for the next try.

    Args:
        model: The model.
        target: Where its file belongs; the folder exists.
        sources: What to get it from, in this order.
        watcher: Who is told.

    Raises:
        NetworkError: No source gives it.
        PyCodeError: What was got is another file; nothing is kept.
        OSError: It cannot be written.
    """
    partial = partial_file(target)
    if size_of(partial) > model.size:
        partial.unlink()
    given = await _fill(partial, model, sources, watcher)
    watcher.say("checking the file")
    found = await _hash(partial)
    if found != model.sha256:
        partial.unlink()
        raise PyCodeError(
            f"What {given} gives as {model.file_name} is another file (its SHA-256 is {found}, not {model.sha256}): nothing "
            "was kept. Run the command again, with another mirror or --from FILE."
        )
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(target)


def partial_file(target: Path) -> Path:
    """Return where the beginning of a file lies until all of it is there."""
    return target.with_name(f"{target.name}.part")


def size_of(path: Path) -> int:
    """Return the bytes of a file, 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


async def _fill(
    partial: Path, model: KnownModel, sources: Sequence[Source], watcher: Watcher
) -> str:
    """Get what is missing and return who gave the end of it."""
    given = str(partial)
    if size_of(partial) == model.size:
        return given
    for source in sources:
        watcher.say(f"getting it from {source.name}")
        try:
            await _take(partial, model.size, source, watcher)
        except SourceError as error:
            watcher.say(f"not from there: it {error}")
        else:
            return source.name
    raise NetworkError(
        f"{model.file_name} cannot be got: connect this machine and run the command again, or get the file elsewhere and give it with "
        "--from FILE, or set PYCODE_MODEL_MIRROR to an address or a folder that has it.",
        provider="local",
        model=model.name,
    )


async def _take(partial: Path, size: int, source: Source, watcher: Watcher) -> None:
    """Get what is missing from one source, again after it broke off while it gives something.

    Raises:
        SourceError: It does not give all.
    """
    for number in range(1, _TRIES + 1):
        before = size_of(partial)
        try:
            await _append(partial, size, source, watcher)
        except SourceError:
            if number == _TRIES or size_of(partial) == before:
                raise
        else:
            return


async def _append(partial: Path, size: int, source: Source, watcher: Watcher) -> None:
    with partial.open("ab") as file:
        watcher.progress(file.tell(), size)
        async with aclosing(source.pieces(file.tell())) as pieces:
            async for piece in pieces:
                if file.tell() + len(piece) > size:
                    raise SourceError(f"sends more than the {size:,} bytes of the file")
                file.write(piece)
                file.flush()
                watcher.progress(file.tell(), size)
        if file.tell() < size:
            raise SourceError("stopped before the end of the file")


async def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            await asyncio.sleep(0)
    return digest.hexdigest()
