"""Greets somebody: python greet.py Ann"""

import argparse

from languages import GREETINGS


def main():
    parser = argparse.ArgumentParser(description="Greets somebody.")
    parser.add_argument("name", help="who is greeted")
    parser.add_argument("--language", choices=sorted(GREETINGS), default="en")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="how often")
    args = parser.parse_args()
    for _ in range(args.times):
        print(f"{GREETINGS[args.language]}, {args.name}!")


if __name__ == "__main__":
    main()
