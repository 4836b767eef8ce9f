"""The rules of index calculus, and reverse mode over a list of equations."""
