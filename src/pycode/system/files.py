"""Files: bounded reads, atomic writes, and text that goes back to disk as it came.

A path that was judged is opened without following a link in any of its components, so that a link put there after the
judgement is an error and not a way out. Where the platform has directory descriptors the walk goes from one to the next.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pycode.core.data import Data
from pycode.system._files_common import require_regular

if sys.platform == "win32":
    from pycode.system._files_windows import make_folders, open_beneath, replace_file
else:
    from pycode.system._files_posix import make_folders, open_beneath, replace_file

__all__ = [
    "SAMPLE_BYTES",
    "TextFile",
    "atomic_write",
    "decode",
    "is_binary",
    "main_newline",
    "make_folders",
    "open_beneath",
    "open_file",
    "pinned",
    "read_bytes",
    "sha256",
]

SAMPLE_BYTES = 8192
"""How much of a file is looked at to tell text from binary."""

_PLAIN_CONTROLS = b"\a\b\t\n\v\f\r\x1b"
_CONTROLS = bytes(code for code in range(32) if code not in _PLAIN_CONTROLS) + b"\x7f"
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class TextFile(Data):
    """A text file's content, with what is needed to write it back byte for byte."""

    text: str
    """The text without the byte order mark, its line endings as in the file."""
    encoding: str
    """The Python name of the encoding."""
    bom: bytes
    """The byte order mark, empty when there is none."""
    newline: str
    """The line ending that most lines have; `\\n` when there is none."""

    def encode(self, text: str) -> bytes:
        """Return `text` as this file's bytes.

        Raises:
            ValueError: The file's encoding has no bytes for a character.
        """
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            character = text[error.start]
            raise ValueError(
                f"the file is {self.encoding} and cannot hold the character U+{ord(character):04X}"
            ) from error


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the whole content of a regular file.

    Args:
        path: A resolved path; a link in it is an error.
        limit: The most bytes to accept.

    Raises:
        OSError: The file cannot be read, is no regular file, or is larger than `limit` (EFBIG).
    """
    with open_file(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes", str(path))
    return data


def open_file(path: Path) -> BufferedReader:
    """Open a regular file by its resolved absolute path, following no link on the way.

    Args:
        path: A resolved path; a link in it is an error.

    Raises:
        OSError: It cannot be opened, or is a directory (IsADirectoryError), a FIFO, a device or a socket.
    """
    descriptor = open_beneath(Path(path.anchor), path)
    try:
        require_regular(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


@contextmanager
def pinned(directory: Path) -> Iterator[str]:
    """Yield a path by which a child process begins in this very directory, whatever takes its name meanwhile.

    Only Linux has such paths; elsewhere it is the directory's own.

    Args:
        directory: A resolved path; a link in it is an error.

    Raises:
        OSError: It cannot be opened.
    """
    if sys.platform != "linux" or not os.path.isdir("/proc/self/fd"):
        yield str(directory)
        return
    descriptor = open_beneath(Path(directory.anchor), directory)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def atomic_write(
    path: Path, data: bytes, *, mode: int | None = None, sync: bool = False, follow: bool = True
) -> None:
    """Replace a file's content, or make the file, in one step.

    Whoever reads sees the old content or the new one, and after any failure the old file is whole and nothing else is left. Mode
    and owner of an existing file are kept; a hard link is parted from its twins.

    Args:
        path: The file; its directory must exist.
        data: The whole content.
        mode: Permission bits to set; None keeps those of an existing file, or takes the usual ones.
        sync: Whether to wait until the disk has it.
        follow: Whether links are followed and stay links. What was judged is a resolved path, in which a link is an error.

    Raises:
        OSError: It cannot be written, as the system reports it.
    """
    replace_file(Path(os.path.realpath(path)) if follow else path, data, mode, sync)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def is_binary(data: bytes) -> bool:
    """Return whether the beginning of a file does not look like text."""
    sample = data[:SAMPLE_BYTES]
    for bom, encoding in _BOMS:
        if sample.startswith(bom) and encoding != "utf-8":
            return not _begins_with(encoding, sample)
    if b"\0" in sample:
        return True
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls * 10 > len(sample)


def decode(data: bytes) -> TextFile:
    """Return bytes as text: by byte order mark, else UTF-8, else Latin-1, which takes anything.

    `decode(data).encode(decode(data).text) == data` for all bytes.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            with suppress(UnicodeDecodeError):
                text = data[len(bom) :].decode(encoding)
                return TextFile(text, encoding, bom, main_newline(text))
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("latin-1"), "latin-1"
    return TextFile(text, encoding, b"", main_newline(text))


def main_newline(text: str) -> str:
    """Return the line ending that most lines of `text` have, `\\n` when there is none."""
    both = text.count("\r\n")
    feeds = text.count("\n") - both
    if both == 0 and feeds == 0 and "\r" in text:
        return "\r"
    return "\r\n" if both > feeds else "\n"


def _begins_with(encoding: str, sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
