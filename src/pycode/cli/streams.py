"""Stdout and stderr as the caller gave them: closed, full, cut off by their reader, or not able to say every character."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

READER_GONE = 141
"""The exit code when whoever read the answer has stopped reading."""

_SPELLED = {
    "✓": "+",
    "✗": "x",
    "…": "...",
    "·": "-",
    "—": "--",
    "\u2013": "-",
    "•": "*",
    "─": "-",
    "━": "=",
    "▌": "|",
    "“": '"',
    "”": '"',
    "\u2019": "'",
    "\u203a": ">",
}


class StdoutError(OSError):
    """Stdout takes nothing more."""


def fill_in_streams() -> None:
    """Make stdin, stdout and stderr usable, whatever the caller's shell has closed and whatever its encoding cannot say.

    Python has None for a stream that was closed, and the next file opened, a session's log perhaps, would get its number.
    From now on it is a `StdoutError` that says that stdout takes nothing: any other error of the system is about something else. What
    stderr does not take is lost: whoever does not read it has no use for it, and the work goes on.
    """
    codecs.register_error("spelled", _spell)
    if sys.stdin is None:
        sys.stdin = _nowhere("r")
    if sys.stdout is None:
        sys.stdout = _nowhere("w")
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _over(_Stdout, sys.stdout)
    if sys.stderr is None:
        sys.stderr = _nowhere("w")
    elif isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _over(_Stderr, sys.stderr)


def spelled(text: str) -> str:
    """Return text in ASCII: the characters that PyCode draws with have one that comes near, all others are escaped."""
    plain = (_SPELLED.get(character, character) for character in text)
    return "".join(plain).encode("ascii", "backslashreplace").decode("ascii")


def flushed(code: int) -> int:
    """Write out what stdout still holds, and return the exit code: another one when all was well but that cannot be."""
    try:
        sys.stdout.flush()
    except StdoutError as error:
        gone = give_up_stdout(error)
        return code or gone
    return code


def give_up_stdout(error: StdoutError) -> int:
    """Say that stdout takes nothing more, write nothing more to it, and return the exit code."""
    sys.stdout = _nowhere("w")
    if error.errno == errno.EPIPE:
        # Whoever read the answer has enough of it.
        return READER_GONE
    from pycode.cli.failure import say_failure
    from pycode.core.errors import PyCodeError

    say_failure(PyCodeError(f"the answer cannot be written to stdout ({error.strerror})"))
    return PyCodeError.exit_code


class _Stdout(io.FileIO):
    """Stdout's file, whose errors have a class of their own."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise StdoutError(error.errno, error.strerror) from error


class _Stderr(io.FileIO):
    """Stderr's file, which has no errors."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            # There is no place left where it could be said.
            return memoryview(data).nbytes


def _over(kind: type[io.FileIO], stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return the same stream over a file of this kind; what its encoding has not is spelled."""
    stream.reconfigure(errors="spelled")
    if not isinstance(getattr(stream.buffer, "raw", None), io.FileIO):
        # A console of Windows, or a test's: these do not fill up.
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(kind(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="spelled",
        line_buffering=stream.line_buffering,
    )


def _nowhere(mode: str) -> IO[str]:
    return open(os.devnull, mode, encoding="utf-8")


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelled(error.object[error.start : error.end]), error.end
