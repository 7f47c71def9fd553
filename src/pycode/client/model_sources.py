"""What a model's file can be read from: a file on this machine, or a web server; each gives its bytes from any place on.

The Python package index is in `model_index`, and who offers which model in `model_offers`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import httpx2

PIECE = 1024 * 1024
"""How many bytes of a file are read at once."""

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 60.0
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class SourceError(Exception):
    """A source cannot give the file; the text is the end of a sentence that begins with its name."""


class Source(Protocol):
    """Gives the bytes of one file."""

    @property
    def name(self) -> str:
        """What it is called, for people."""

    def pieces(self, start: int) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes from a place on, to its end.

        Raises:
            SourceError: It cannot give them; what was yielded before is right all the same.
        """


@dataclass(slots=True, frozen=True)
class FileSource:
    """A file of this machine, or of a disk that it sees."""

    path: Path
    """The file."""
    size: int
    """How many bytes it must have."""

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    async def pieces(self, start: int) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes from a place on."""
        try:
            with self.path.open("rb") as file:
                size = self.path.stat().st_size
                if size != self.size:
                    raise _other_size(size, self.size)
                file.seek(start)
                while piece := file.read(PIECE):
                    yield piece
                    await asyncio.sleep(0)
        except OSError as error:
            raise SourceError(f"cannot be read ({error.strerror})") from error


@dataclass(slots=True, frozen=True)
class WebSource:
    """A file on a web server."""

    name: str
    """What it is called, for people."""
    url: str
    """The file's address."""
    size: int
    """How many bytes it must have."""

    async def pieces(self, start: int) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes from a place on; a server that only sends whole files is heard to there."""
        import httpx2

        from pycode.providers.failures import is_loopback

        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={start}-"} if start else {})
        try:
            async with (
                httpx2.AsyncClient(
                    follow_redirects=True,
                    timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
                    trust_env=not is_loopback(self.url),
                ) as client,
                client.stream("GET", self.url, headers=headers) as response,
            ):
                skip = start - self._first_byte(response, start)
                async for piece in response.aiter_raw():
                    if skip < len(piece):
                        yield piece[skip:]
                    skip = max(0, skip - len(piece))
        except httpx2.TimeoutException as error:
            raise SourceError("does not answer in time") from error
        except (
            httpx2.ConnectError,
            httpx2.UnsupportedProtocol,
            httpx2.InvalidURL,
            ValueError,  # a proxy in the environment that is no address
        ) as error:
            raise SourceError(f"cannot be reached ({_reason(error)})") from error
        except httpx2.HTTPError as error:
            raise SourceError(f"broke off ({_reason(error)})") from error

    def _first_byte(self, response: httpx2.Response, start: int) -> int:
        """Return the place in the file of the first byte that the server sends.

        Raises:
            SourceError: It sends something else.
        """
        status = response.status_code
        if status == 404:
            raise SourceError("has no such file")
        if status == 416:
            raise SourceError("has a shorter file than it should")
        if status not in (200, 206):
            raise SourceError(f"answers with the status {status}")
        first, size = 0, response.headers.get("content-length", "")
        if status == 206:
            answered = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
            first, size = (int(answered[1]), answered[2]) if answered else (-1, "")
        if not size.isdecimal():
            raise SourceError("does not say how large the file is")
        if int(size) != self.size:
            raise _other_size(int(size), self.size)
        if first > start:
            raise SourceError("sends another part of the file than it was asked for")
        return first


def _other_size(size: int, wanted: int) -> SourceError:
    return SourceError(f"has another file of this name ({size:,} bytes instead of {wanted:,})")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
