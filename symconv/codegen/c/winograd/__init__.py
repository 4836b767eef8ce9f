"""Winograd's tiles: sums over windows from fewer products, whatever tensor is computed."""
