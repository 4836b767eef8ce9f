"""What the forward equations of the catalogue are stated with: axes, sizes, windows, names."""
