"""Figures about a list of grades."""


def mean(values):
    """Return the mean of some values."""
    return sum(values) / len(values)


def spread(values):
    """Return the difference of the largest and the smallest value."""
    return max(values) - min(values)
