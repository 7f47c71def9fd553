"""What a failure looks like on stderr: a sentence, and below it the error's code and the page that says more."""

from __future__ import annotations

import os
import sys

from pycode.core.errors import PyCodeError
from pycode.system.terminal import has_colour
from pycode.system.text import visible


def say_failure(error: PyCodeError) -> None:
    """Write an error to stderr."""
    print(f"pycode: {visible(str(error))}", file=sys.stderr)
    say_reference(error.code)


def say_reference(code: str) -> None:
    """Write the line that belongs below an error's sentence to stderr."""
    text = reference(code)
    print(f"\x1b[2m{text}\x1b[0m" if has_colour(sys.stderr, os.environ) else text, file=sys.stderr)


def reference(code: str) -> str:
    """Return an error's stable name and where it is explained."""
    return f"        {code} · docs/errors.md#{code}"
