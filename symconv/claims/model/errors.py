"""Limits of what is read and computed, and the one error of this room.

Every limit is checked before the thing it limits is built.
"""

from __future__ import annotations

from symconv.core.errors import SymconvError

MOST_CHARACTERS = 20_000
"""The longest claim in characters. The longest real one of those collected has 303."""

MOST_TOKENS = 5_000
"""The most tokens of a claim: one for every four characters."""

MOST_FACTORS = 100
"""The most factors of one term: more are a repetition that a power would write."""

MOST_DEPTH = 60
"""How deep brackets may be nested.

The parser calls itself several times a level, and Python stops at 1,000 calls.
"""

MOST_DIGITS = 40
"""The longest number in characters. No floating point number has as many digits."""

MOST_EXPONENT = 300
"""The largest exponent of ten of a decimal, close to that of floating point numbers (308)."""

MOST_POWER = 64
"""The highest power of a formula, and the highest degree of a polynomial.

Squares and cubes are meant; a power tower would never end.
"""

MOST_LIMIT = 4_096
"""The most values of one summed index: the pixels of a 64 x 64 image in one sum."""

MOST_WORK = 120_000
"""The most operations of one evaluation of a side.

Those of sums are counted before they are done.
"""

MOST_NETWORK = 2_000_000
"""The most products of one run of a network that claims are tried on; on others they are proved.

A claim takes two runs at least, and hundreds to be explained. One with 100,000 products took
2 s to be confirmed and 44 s to be explained.
"""

MOST_VALUES = 50_000
"""The most numbers of one name, and the most values of the free indices together."""

MOST_TERMS = 3_000
"""The most terms of a polynomial in which claim and truth are compared; nobody would read them."""

MOST_POST = 400_000
"""The longest post in characters, a short book."""

MOST_LINES = 4_000
"""The most lines of a post; each may be a claim of its own."""

MOST_BITS = 40_000
"""The longest exact number in binary digits, checked before a power is computed.

`exp(4000)` has 5,771 of them.
"""


class ClaimError(SymconvError):
    """A claim that is not read or not computed; it shows the place and what would be right."""


class TooMuchWork(ClaimError):  # noqa: N818 - an end of work, no fault of the formula
    """A formula that takes more operations than there may be."""


class ShapeMismatchError(ClaimError):
    """Arrays whose shapes do not go together."""


class NotChecked(ClaimError):  # noqa: N818 - a verdict on a statement, not a failure of ours
    """A statement about something that the network does not determine."""
