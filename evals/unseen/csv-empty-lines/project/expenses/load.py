"""Reads expenses from a file with lines such as 2024-03-01,rent,650"""

from pathlib import Path


def load_expenses(path):
    """Return tuples of day, purpose and amount."""
    expenses = []
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        day, purpose, amount = line.split(",")
        expenses.append((day, purpose, float(amount)))
    return expenses
