"""Prints the weather of a town."""

import os
import sys

# celsius or fahrenheit
UNIT = os.environ.get("WEATHER_UNIT", "celsius")
# seconds to wait for the service
TIMEOUT = float(os.environ.get("WEATHER_TIMEOUT", "5"))


def main():
    print(f"asking for {sys.argv[1]} in {UNIT}, {TIMEOUT} s at most")


if __name__ == "__main__":
    main()
