"""Packages that load a name's module when the name is first used (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence


def lazy_exports(package: str, exports: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """Return a module `__getattr__` that imports on demand.

    Args:
        package: The package's `__name__`.
        exports: Module name below the package to the names that it offers.
    """
    homes = {name: module for module, names in exports.items() for name in names}

    def get_attribute(name: str) -> object:
        module = homes.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(importlib.import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get_attribute
