"""The plan written as NumPy code: operands, windows, constants, threads."""
