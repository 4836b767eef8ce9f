"""Emitted LaTeX read back into a formula."""
