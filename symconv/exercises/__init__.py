"""Exercises from a network: small numbers, blanks, wrong answers by name, and every solution."""
