"""Limits of what is read and computed, and the one error of this room.

Every limit is checked before the thing it limits is built.
"""

from __future__ import annotations

from symconv.core.errors import SymconvError

MOST_CHARACTERS = 20_000
MOST_TOKENS = 5_000
MOST_FACTORS = 100
MOST_DEPTH = 60
MOST_DIGITS = 40
MOST_EXPONENT = 300
MOST_POWER = 64
MOST_LIMIT = 4_096
MOST_WORK = 120_000
MOST_NETWORK = 2_000_000
MOST_VALUES = 50_000
MOST_TERMS = 3_000
MOST_POST = 400_000
MOST_LINES = 4_000
MOST_BITS = 40_000


class ClaimError(SymconvError):
    """A claim that is not read or not computed; it shows the place and what would be right."""


class ShapeMismatchError(ClaimError):
    """Arrays whose shapes do not go together."""


class NotChecked(ClaimError):  # noqa: N818 - a verdict on a statement, not a failure of ours
    """A statement about something that the network does not determine."""
