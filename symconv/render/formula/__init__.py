"""Formulas arranged and printed: LaTeX, MathML, plain text."""
