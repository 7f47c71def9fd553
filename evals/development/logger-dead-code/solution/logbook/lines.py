"""Writes the lines of a logbook."""

from datetime import datetime


def format_line(when, text):
    """Return a line: the time and the text."""
    return f"{when:%Y-%m-%d %H:%M}  {text}"


def parse_line(line):
    """Return the time and the text of a line."""
    when, text = line[:16], line[18:]
    return datetime.strptime(when, "%Y-%m-%d %H:%M"), text
