"""Prints the menu of the day."""

import json
from pathlib import Path


def load(path="menu.json"):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def lines(menu):
    for dish in menu["dishes"]:
        mark = " (v)" if dish["vegetarian"] else ""
        yield f"{dish['name']}{mark}: {dish['price']:.2f}"


if __name__ == "__main__":
    for line in lines(load()):
        print(line)
