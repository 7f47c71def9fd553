"""Reads the lines of the sensor."""

from dataclasses import dataclass


@dataclass
class Reading:
    hour: int
    celsius: float


def parse(line: str) -> Reading:
    """Read a line such as '22;-1.5'."""
    hour, celsius = line.split(";")
    return Reading(int(hour), float(celsius))
