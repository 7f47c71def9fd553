"""Converts temperatures."""

ABSOLUTE_ZERO = -273.15


def celsius_to_fahrenheit(celsius):
    """Convert; raise ValueError below absolute zero."""
    if celsius < ABSOLUTE_ZERO:
        raise ValueError("below absolute zero")
    return celsius * 9 / 5 + 32


def fahrenheit_to_celsius(fahrenheit):
    """Convert; raise ValueError below absolute zero."""
    celsius = (fahrenheit - 32) * 5 / 9
    if celsius < ABSOLUTE_ZERO:
        raise ValueError("below absolute zero")
    return celsius
