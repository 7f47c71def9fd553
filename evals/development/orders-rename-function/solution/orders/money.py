"""Sums of orders."""


def order_total(lines):
    """Return the total of order lines: pairs of count and price."""
    return sum(count * price for count, price in lines)
