"""What this repository computes of itself: `generated/` and parts of the README; in no wheel."""
