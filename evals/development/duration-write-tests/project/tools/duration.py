"""Durations as people write them."""

SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_duration(text):
    """Return the seconds of a text such as "90s", "5m" or "2h"."""
    unit = text[-1:]
    if unit not in SECONDS or not text[:-1].isdigit():
        raise ValueError(f"not a duration: {text!r}")
    return int(text[:-1]) * SECONDS[unit]
