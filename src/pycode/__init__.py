"""PyCode, an AI coding agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports
from pycode.core.version import __version__

if TYPE_CHECKING:
    from pycode.runner import AgentRunner as AgentRunner
    from pycode.runner import RunConfig as RunConfig

__all__ = ["AgentRunner", "RunConfig", "__version__"]

__getattr__ = lazy_exports(__name__, {"runner": ["AgentRunner", "RunConfig"]})
