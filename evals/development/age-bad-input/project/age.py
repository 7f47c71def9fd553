"""Prints how old somebody becomes in 2030: python age.py 1990"""

import sys

from years import age_in


def main():
    year = int(sys.argv[1])
    print(f"You turn {age_in(2030, year)} in 2030.")


if __name__ == "__main__":
    main()
