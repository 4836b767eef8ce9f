"""Printers: formulas and derivations as LaTeX, Markdown, text, JSON and PDF; NumPy modules."""
