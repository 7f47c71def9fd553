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


def median(values):
    """Return the middle value, 0.0 of no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
