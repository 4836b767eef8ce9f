"""How much is done at a time: what the helpers of a module hold to, and what the model counts."""

BLOCK = 200_000
"""About how many numbers a block of work may hold to stay in the second-level cache."""

LONGEST_RUN = 512
"""About how many numbers a row of a product may hold; longer rows are cut at whole columns."""
