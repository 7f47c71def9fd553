"""Figures about a list of grades."""


def mean(values):
    """Return the mean of some values."""
    return sum(values) / len(values)


def median(values):
    """Return the value in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def spread(values):
    """Return the difference of the largest and the smallest value."""
    return max(values) - min(values)
