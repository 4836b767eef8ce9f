"""Editors: what is said about the formulas of a text while it is written."""
