"""Rolls dice on the command line."""
