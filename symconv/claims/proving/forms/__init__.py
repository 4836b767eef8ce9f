"""Sums of terms over the sizes of a network: coefficients, index expressions, products."""
