"""The documentation as pages: Markdown of `generated/` in, HTML with one look out."""
