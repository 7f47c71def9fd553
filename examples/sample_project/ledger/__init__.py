"""Splits a bill among friends, to the cent."""
