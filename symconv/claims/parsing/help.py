"""Nearest words for what was mistyped."""

from __future__ import annotations

from symconv.claims.model.vocabulary import COMMANDS, FUNCTIONS, LETTERS, OPERATORS, RELATIONS
from symconv.core.errors import did_you_mean


def nearest_command(word: str) -> str:
    """The command that was probably meant."""
    known = COMMANDS | LETTERS | set(FUNCTIONS) | set(OPERATORS) | set(RELATIONS)
    close = did_you_mean(word[:40], known)
    return close if close.startswith("did") else "\\frac, \\partial, \\sum, \\cdot, pmatrix, cases"
