"""One reader a markup: rows of text with their places, and the marks between them."""
