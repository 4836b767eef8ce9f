"""The fast style: planned NumPy modules with workspaces, layouts and blocks."""
