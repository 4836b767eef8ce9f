"""Tiny networks of the fast style: every entry a scalar, unrolled."""
