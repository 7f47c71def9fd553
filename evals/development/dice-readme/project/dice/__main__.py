"""The command line."""

import argparse

from dice.rolling import roll


def main():
    parser = argparse.ArgumentParser(prog="python -m dice", description="Rolls dice and prints the sum.")
    parser.add_argument("--count", type=int, default=2, help="how many dice are rolled")
    parser.add_argument("--sides", type=int, default=6, help="how many sides each one has")
    parser.add_argument("--seed", type=int, help="a number that makes the result repeatable")
    args = parser.parse_args()
    print(roll(args.count, args.sides, args.seed))


if __name__ == "__main__":
    main()
