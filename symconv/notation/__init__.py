"""How entries and indices are written: presets, index origin, conventions."""
