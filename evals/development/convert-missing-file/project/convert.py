"""Turns a file with semicolons into one with commas: python convert.py IN OUT"""

import sys


def convert(text):
    return text.replace(";", ",")


def main():
    source, target = sys.argv[1], sys.argv[2]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    with open(target, "w", encoding="utf-8") as file:
        file.write(convert(text))
    print("Wrote", target)


if __name__ == "__main__":
    main()
