"""Writes the monthly report."""

import json
from collections import defaultdict
from datetime import date


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def by_category(sales):
    sums = defaultdict(int)
    for sale in sales:
        sums[sale["category"]] += sale["amount"]
    return dict(sums)


def title():
    return f"Report of {date.today():%B %Y}"
