"""What a person should know, on stderr: stdout belongs to the program that reads it."""

from __future__ import annotations

import sys

from pycode.system.text import visible


def note(text: str) -> None:
    """Write a line to stderr."""
    print(f"pycode: {visible(text)}", file=sys.stderr, flush=True)
