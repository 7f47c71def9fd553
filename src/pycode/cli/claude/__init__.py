"""PyCode in Claude Code's place: its options, its lines on stdin, its control requests."""

from __future__ import annotations
