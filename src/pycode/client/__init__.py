"""How a face reaches the engine."""

from __future__ import annotations
