"""What PyCode knows about the directory tree that it works in."""

from __future__ import annotations
