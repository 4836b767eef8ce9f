"""The loops style: every equation index by index, the slow and obvious twin of the others."""
