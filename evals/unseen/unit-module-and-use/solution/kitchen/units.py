"""Converts units."""

GRAMS_PER_OUNCE = 28.35


def grams_to_ounces(grams):
    """Return a weight in ounces, with one decimal place."""
    return round(grams / GRAMS_PER_OUNCE, 1)
