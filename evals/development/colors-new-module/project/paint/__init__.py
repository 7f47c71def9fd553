"""A tiny canvas."""
