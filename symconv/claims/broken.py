"""The rules of the backward pass, broken on purpose."""

from __future__ import annotations

from .mistakes import Broken, mistakes

__all__ = ["RULES", "Broken"]

RULES = mistakes()
"""The mistakes, the most specific first."""
