"""Sums of products as register tiles: planned as data, from the index equations alone."""
