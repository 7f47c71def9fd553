"""Sentences about files."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from pycode.tools import ToolContext
from pycode.tools.targets import entry, request_all, sentence


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.ENOSPC, "a: the disk is full; nothing was changed."),
        (errno.EACCES, "a: permission denied."),
        (errno.EROFS, "a: the file system is read-only."),
        (
            errno.ELOOP,
            "a: it is a link that leads in a circle, or became a link while it was used.",
        ),
        (errno.EIO, "a: input/output error."),
    ],
)
def test_the_systems_errors_are_sentences(number: int, text: str) -> None:
    assert sentence(OSError(number, os.strerror(number), "/secret/place"), "a") == text


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_an_entry_is_the_link_itself(work: Path, context: ToolContext) -> None:
    (work / "sub").mkdir()
    (work / "folder").symlink_to("sub")
    (work / "sub/link").symlink_to("elsewhere")
    assert entry("sub/link", context) == work / "sub/link"
    assert entry("folder/link/", context) == work / "sub/link"
    assert entry("folder", context) == work / "folder"
    assert entry("sub/..", context) == work
    assert entry(".", context) == work
    with pytest.raises(ValueError, match="NUL"):
        entry("a\0", context)


def test_an_entry_that_was_not_decided_about_is_refused(work: Path, context: ToolContext) -> None:
    context.judged = frozenset({str(work), str(work / "a")})
    assert entry("a", context) == work / "a"
    with pytest.raises(ValueError, match="decided about"):
        entry("b", context)


def test_several_paths_are_asked_for_together(work: Path, context: ToolContext) -> None:
    found = request_all("read", ["a", "../b"], context)
    assert (found.permission, found.patterns, found.paths) == (
        "read",
        [str(work / "a"), str(work.parent / "b")],
        ["a", "../b"],
    )
