"""Reads colours."""


def hex_to_rgb(text):
    """Return the red, green and blue of a colour such as "#ff8000"."""
    digits = text.lstrip("#")
    return tuple(int(digits[start : start + 2], 16) for start in (0, 2, 4))
