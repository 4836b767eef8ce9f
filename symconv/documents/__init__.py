"""Documents: files of text with formulas, each read in its own markup, judged by its networks."""
