"""Data classes that share their comparison and their text."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pycode.core.data import Data


@dataclass(slots=True, eq=False, repr=False)
class Pair(Data):
    """Two values, of which one is secret."""

    left: int
    secret: str = field(default="s3cret", repr=False)


@dataclass(slots=True, eq=False, repr=False)
class Other(Data):
    """The same fields, another class."""

    left: int
    secret: str = "s3cret"


def test_equal_fields_of_one_class_are_equal() -> None:
    assert Pair(1) == Pair(1)
    assert Pair(1) != Pair(2)
    assert Pair(1) != Pair(1, "another")
    assert Pair(1) != Other(1)


def test_what_is_not_to_be_shown_is_not_shown() -> None:
    assert repr(Pair(1)) == "Pair(left=1)"
    assert repr(Other(1)) == "Other(left=1, secret='s3cret')"


def test_what_can_change_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Pair(1))
