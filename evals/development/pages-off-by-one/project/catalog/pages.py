"""Cuts long lists into pages."""


def page_count(total: int, per_page: int) -> int:
    """Return how many pages a list of this length needs."""
    return (total + per_page - 1) // per_page


def get_page(items: list, page: int, per_page: int = 10) -> list:
    """Return one page of a list. The first page has the number 1."""
    start = page * per_page
    return items[start : start + per_page]
