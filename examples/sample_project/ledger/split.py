"""Who pays how much of a bill."""

from __future__ import annotations


def split_evenly(cents: int, people: int) -> list[int]:
    """Split an amount into one share a person; the shares add up to it, and the first ones are the larger."""
    if people < 1:
        raise ValueError("a bill needs somebody to pay it")
    share, rest = divmod(cents, people)
    return [share + 1] * rest + [share] * (people - rest)


def split_by_weight(cents: int, weights: list[int]) -> list[int]:
    """Split an amount in proportion to the weights; what rounding leaves over goes to the heaviest."""
    total = sum(weights)
    shares = [cents * weight // total for weight in weights]
    shares[weights.index(max(weights))] += cents - sum(shares)
    return shares
