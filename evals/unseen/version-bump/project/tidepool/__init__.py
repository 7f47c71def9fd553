"""Tide tables for the coast."""

__version__ = "1.3.2"
