"""Proofs that a claim holds at all sizes: both sides in one normal form, by the rules of sums."""
