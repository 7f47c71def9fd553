"""What a run writes for programs: Claude Code's lines and result, and the events of PyCode's own bus."""

from __future__ import annotations
