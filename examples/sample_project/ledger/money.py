"""Amounts of money as whole cents."""

from __future__ import annotations


def parse(text: str) -> int:
    """Return the cents in an amount such as `12`, `12.5` or `12.50`."""
    whole, _, fraction = text.strip().partition(".")
    if len(fraction) > 2:
        raise ValueError(f"{text!r} has more than two decimal places")
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def show(cents: int) -> str:
    """Return an amount with two decimal places."""
    return f"{cents // 100}.{cents % 100}"
