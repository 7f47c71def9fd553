"""Numbers about measurements."""


def mean(values):
    """Return the mean, 0.0 of no values."""
    if not values:
        return 0.0
    return sum(values) / len(values)


def spread(values):
    """Return the largest minus the smallest value, 0.0 of no values."""
    if not values:
        return 0.0
    return max(values) - min(values)
