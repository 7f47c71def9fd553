"""What the platforms' file modules share."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def require_regular(facts: os.stat_result, path: Path) -> None:
    """Check that what was opened or found is a plain file.

    Raises:
        OSError: It is a directory, a link, a FIFO, a device or a socket.
    """
    if stat.S_ISREG(facts.st_mode):
        return
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(path))
    kinds = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    kind = next((name for test, name in kinds if test(facts.st_mode)), "a special file")
    raise OSError(errno.EINVAL, f"It is {kind}, not a file", str(path))


def temporary_name() -> str:
    """Return a name for the file that a write prepares beside its target."""
    return f".pycode-{os.urandom(8).hex()}.tmp"


def write_all(descriptor: int, data: bytes, sync: bool) -> None:
    """Write all of `data`, over as many calls as the system needs.

    Raises:
        OSError: As the system reports it, for example ENOSPC.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    if sync:
        os.fsync(descriptor)
