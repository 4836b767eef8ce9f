"""A model as data, whichever file it came from, and what is said where it cannot be read."""
