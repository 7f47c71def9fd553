"""Simulates how a pond fills with lilies."""

import argparse

from pond import Pond

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--days", type=int, default=10)
options = parser.parse_args()

pond = Pond(lilies=3)
for day in range(1, options.days + 1):
    pond.grow()
    print(f"day {day}: {pond.lilies} lilies")
