"""Keeps a list of things to do."""

import sys
from pathlib import Path

FILE = Path("todo.txt")


def main(command, *rest):
    things = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    if command == "add":
        things.append(rest[0])
    elif command == "done":
        del things[int(rest[0]) - 1]
    for number, thing in enumerate(things, 1):
        print(number, thing)
    FILE.write_text("\n".join(things), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
