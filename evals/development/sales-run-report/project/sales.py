"""Prints the sum of the sales of each region."""

import csv
from collections import Counter
from pathlib import Path


def totals(path):
    sums = Counter()
    with Path(path).open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            sums[line["region"]] += int(line["amount"])
    return sums


if __name__ == "__main__":
    for region, amount in sorted(totals("sales.csv").items()):
        print(f"{region}: {amount}")
