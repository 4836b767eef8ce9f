"""Formulas and derivations for people: LaTeX, MathML, Markdown, text, HTML, JSON and PDF."""
