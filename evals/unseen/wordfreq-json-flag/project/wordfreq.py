"""Counts the words of a file."""

import argparse
from pathlib import Path

from counting import count_words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--top", type=int, default=5, help="how many words are shown")
    options = parser.parse_args()
    counts = count_words(options.file.read_text(encoding="utf-8"))
    for word, count in counts.most_common(options.top):
        print(f"{count:5} {word}")


if __name__ == "__main__":
    main()
