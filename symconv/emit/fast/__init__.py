"""Planned NumPy modules: workspaces, layouts, blocks."""
