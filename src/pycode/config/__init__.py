"""What the user and the repository have set, and PyCode's own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.config.home import Home as Home
    from pycode.config.loader import load_config as load_config
    from pycode.config.schema import Config as Config

__all__ = ["Config", "Home", "load_config"]

__getattr__ = lazy_exports(
    __name__, {"home": ["Home"], "loader": ["load_config"], "schema": ["Config"]}
)
