"""What the many small data classes share.

`dataclass` compiles a `__repr__` and an `__eq__` for each class while its module is loaded. For the classes that every start
needs, these two stand here once: that saves several milliseconds. Such a class is `@dataclass(..., eq=False, repr=False)`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import Field


class Data:
    """Compares and shows a data class by its fields."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    # What can change has no hash.
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            getattr(self, item.name) == getattr(other, item.name)
            for item in fields(self)
            if item.compare
        )

    def __repr__(self) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
        return f"{type(self).__name__}({', '.join(shown)})"
