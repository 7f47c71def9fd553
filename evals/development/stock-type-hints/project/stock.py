"""What lies in the storeroom: names and counts."""


def add(stock, name, count):
    """Put things into the storeroom."""
    stock[name] = stock.get(name, 0) + count


def total(stock):
    """Return how many things there are."""
    return sum(stock.values())


def missing(stock, limit):
    """Return the names of which there are fewer than the limit."""
    return sorted(name for name, count in stock.items() if count < limit)
