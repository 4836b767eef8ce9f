"""The words of NumPy: what each is worth, over any numbers."""
