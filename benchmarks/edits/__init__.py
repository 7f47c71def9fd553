"""How well edits find their place: `python -m benchmarks.edits`."""

from __future__ import annotations
