"""Prints the most frequent words of a file: python top.py FILE"""

import argparse
from collections import Counter
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description="Prints the most frequent words.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=3, help="how many words")
    args = parser.parse_args()
    words = args.file.read_text(encoding="utf-8").lower().split()
    for word, number in Counter(words).most_common(args.count):
        print(f"{number} {word}")


if __name__ == "__main__":
    main()
