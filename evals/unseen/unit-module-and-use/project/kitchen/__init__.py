"""Recipes at home."""
