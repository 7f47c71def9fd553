"""Reads durations such as 90s or 5m."""

HELP = "A duration is a number with a unit: s (seconds), m (minutes) or h (hours)."


def parse_duration(text):
    """Return the seconds of a duration."""
    number, unit = text[:-1], text[-1]
    if unit == "s":
        return int(number)
    if unit == "m":
        return int(number) * 60
    raise ValueError(f"unknown unit in {text!r}")
