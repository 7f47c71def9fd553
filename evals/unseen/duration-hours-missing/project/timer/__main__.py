import sys

from timer.durations import HELP, parse_duration

if len(sys.argv) != 2:
    sys.exit(HELP)
print(f"{parse_duration(sys.argv[1])} seconds")
