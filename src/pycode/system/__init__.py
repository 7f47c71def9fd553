"""The operating system in one place: paths, files, processes, locks and the terminal."""

from __future__ import annotations
