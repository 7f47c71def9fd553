"""Prices of tickets."""

USE_OLD_DISCOUNT = False
BASE = 20


def price(age, group_size=1):
    """Return what one ticket costs."""
    if USE_OLD_DISCOUNT:
        if age < 18:
            return BASE - 5
        return BASE
    if age < 6:
        return 0
    reduced = BASE // 2 if age < 18 or age >= 65 else BASE
    return reduced - 1 if group_size >= 10 else reduced
