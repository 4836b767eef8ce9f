"""One writer a form of report."""
