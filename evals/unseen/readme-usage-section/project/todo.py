"""A to-do list: add TEXT puts something on it, done NUMBER takes it off again."""

import sys

from store import load, save


def main():
    command, value = sys.argv[1:]
    items = load()
    if command == "add":
        items.append(value)
    elif command == "done":
        del items[int(value) - 1]
    save(items)
    for number, item in enumerate(items, 1):
        print(number, item)


if __name__ == "__main__":
    main()
