"""The readable style: vectorised NumPy modules from array programs."""
