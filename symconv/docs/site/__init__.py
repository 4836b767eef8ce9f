"""The site: the live page, the same as one file, and the documentation as pages."""
