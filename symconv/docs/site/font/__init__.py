"""The font of the formulas."""
