"""Tide tables for the coast."""

__version__ = "1.4.0"
