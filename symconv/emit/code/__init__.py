"""Readable NumPy modules from array programs."""
