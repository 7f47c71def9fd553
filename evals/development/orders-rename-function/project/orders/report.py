from orders import money


def biggest(orders):
    """Return the order with the highest total."""
    return max(orders, key=money.calc)
