"""Sentences about files."""

from __future__ import annotations

import errno
import os

import pytest

from pycode.tools.targets import sentence


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.ENOSPC, "a: the disk is full; nothing was changed."),
        (errno.EACCES, "a: permission denied."),
        (errno.EROFS, "a: the file system is read-only."),
        (errno.ELOOP, "a: the path changed into a link while it was used; try again."),
        (errno.EIO, "a: input/output error."),
    ],
)
def test_the_systems_errors_are_sentences(number: int, text: str) -> None:
    assert sentence(OSError(number, os.strerror(number), "/secret/place"), "a") == text
