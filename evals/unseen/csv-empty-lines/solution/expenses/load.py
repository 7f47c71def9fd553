"""Reads expenses from a file with lines such as 2024-03-01,rent,650"""

from pathlib import Path


def load_expenses(path):
    """Return tuples of day, purpose and amount."""
    expenses = []
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        fields = line.strip().split(",")
        if len(fields) != 3 or not fields[2].strip():
            continue
        day, purpose, amount = fields
        expenses.append((day, purpose, float(amount)))
    return expenses
