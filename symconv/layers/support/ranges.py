"""Ranges of indices: their letters, the entries they read, sums over them, their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import ascii_letters

from sympy import Expr, Integer, Mul, Sum, expand

from symconv.core.equation import Ranges
from symconv.core.nodes import limits
from symconv.core.tensor import Tensor, index

LETTERS = {
    "batch": ("b", "a", "e"),
    "channel": ("c", "g", "e"),
    "group": ("g", "h", "e"),
    "filter": ("f", "h", "e"),
    "space": ("ijluv", "uvtzw", "xyzst"),
    "kernel": ("mnrpo", "pqtdo", "abdgh"),
    "feature": ("r", "v", "d"),
    "unit": ("q", "u", "g"),
}
"""Index letters by what they run over; a later choice serves where a tensor has the name."""


@dataclass
class IndexAllocator:
    """Gives indices to the axes of one layer; `taken` are letters that mean something already."""

    taken: frozenset[str]
    letters: dict[str, str] = field(default_factory=dict, kw_only=True)

    def ranges(self, kind: str, extents: Iterable[Expr]) -> Ranges:
        """An index for each extent, with letters of that kind that mean nothing else here."""
        counts = tuple(extents)
        # A letter may come back for the same kind of index.
        spoken_for = self.taken | {v for v, k in self.letters.items() if k != kind}
        choices = (s[: len(counts)] for s in (*LETTERS[kind], *_spare_letters(spoken_for)))
        enough = (s for s in choices if len(s) == len(counts))
        letters = next(s for s in enough if not spoken_for & set(s))
        self.letters |= dict.fromkeys(letters, kind)
        return tuple((index(v), n) for v, n in zip(letters, counts, strict=True))

    def batch(self, x: Tensor) -> Ranges:
        """The ranges of the leading axes that run over samples."""
        return self.ranges("batch", x.shape[: x.batch])

    def like(self, x: Tensor) -> Ranges:
        """A range for every axis of x, with x's own letters."""
        self.letters |= dict.fromkeys(x.axes, "like")
        return tuple((index(v), n) for v, n in zip(x.axes, x.shape, strict=True))


def _spare_letters(taken: Iterable[str]) -> tuple[str, ...]:
    """All letters that are not taken, for a network that uses up every usual one."""
    return ("".join(c for c in ascii_letters if c not in set(taken)),)


def indices_of(*ranges: Ranges) -> tuple[Expr, ...]:
    """The indices of ranges, in order."""
    return tuple(v for some in ranges for v, _ in some)


def indices_or_zero(ranges: Ranges) -> tuple[Expr, ...]:
    """The indices of ranges; (0,) where there are none, which reads a tensor of one number."""
    return indices_of(ranges) or (Integer(0),)


def sum_over_ranges(body: Expr, *ranges: Ranges) -> Expr:
    """Sum of `body` over ranges, the first one outermost."""
    flat = [r for some in ranges for r in some]
    return Sum(body, *limits(reversed(flat))) if flat else body


def multiply_extents(ranges: Ranges) -> Expr:
    """How many index values the ranges have together."""
    return Mul(*(n for _, n in ranges))


def row_major_index(ranges: Ranges) -> Expr:
    """The position of an entry when its axes are read row by row."""
    position: Expr = Integer(0)
    for v, n in ranges:
        position = expand(position * n + v)
    return position
