"""Decides when to warn."""

from frostwatch.readings import Reading

LIMIT = 2.0


def is_night(hour: int) -> bool:
    return hour >= 20 or hour <= 7


def needs_warning(reading: Reading) -> bool:
    """Warn when it is night and colder than the limit."""
    return is_night(reading.hour) or reading.celsius < LIMIT


def warnings(readings: list[Reading]) -> list[str]:
    return [f"Frost at {r.hour}:00 ({r.celsius} C)" for r in readings if needs_warning(r)]
