"""Helpers for the text of a note."""


def first_line(text):
    """Return the first line, without spaces around it."""
    return text.strip().split("\n")[0].strip()


def shorten(text, length=20):
    """Return the beginning of a text, with dots when something is missing."""
    if len(text) <= length:
        return text
    return text[: length - 3] + "..."
