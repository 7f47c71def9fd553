"""Counts the words of a file."""

import argparse
import json
from pathlib import Path

from counting import count_words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--top", type=int, default=5, help="how many words are shown")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    options = parser.parse_args()
    counts = count_words(options.file.read_text(encoding="utf-8"))
    if options.json:
        print(json.dumps(dict(counts.most_common(options.top))))
        return
    for word, count in counts.most_common(options.top):
        print(f"{count:5} {word}")


if __name__ == "__main__":
    main()
