"""The products on sale."""

NAMES = [f"Product {number}" for number in range(1, 24)]


def all_products() -> list[str]:
    """Return every product's name in order."""
    return list(NAMES)
