"""What all styles of NumPy modules share: names, sizes, layout, text and the allow-list."""
