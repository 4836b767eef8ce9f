"""From values to a verdict: kinds of statement, numbers, the correct formula."""
