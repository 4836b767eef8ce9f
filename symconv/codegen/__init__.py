"""Array programs as code: the readable, loops and fast styles of NumPy modules."""
