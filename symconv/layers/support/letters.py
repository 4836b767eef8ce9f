"""The letters of indices: what each runs over, so that one letter means one thing in a formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import ascii_letters

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.tensor import Tensor, index

LETTERS = {
    "batch": ("b", "a", "e"),
    "channel": ("c", "g", "e"),
    "group": ("g", "h", "e"),
    "filter": ("f", "h", "e"),
    "space": ("ijl", "uvt", "xyz"),
    "kernel": ("mnr", "pqt", "abd"),
    "feature": ("r", "v", "d"),
    "unit": ("q", "u", "g"),
}
"""Index letters by what they run over; a later choice serves where a tensor has the name."""


@dataclass
class Letters:
    """Gives indices to the axes of one layer; `taken` are letters that mean something already."""

    taken: frozenset[str]
    letters: dict[str, str] = field(default_factory=dict, kw_only=True)

    def ranges(self, kind: str, extents: Iterable[Expr]) -> Ranges:
        """An index for each extent, with letters of that kind that mean nothing else here."""
        counts = tuple(extents)
        spoken_for = self.taken | {v for v, k in self.letters.items() if k != kind}
        choices = (s[: len(counts)] for s in (*LETTERS[kind], *_spare(spoken_for)))
        letters = next(s for s in choices if not spoken_for & set(s))
        self.letters |= dict.fromkeys(letters, kind)
        return tuple((index(v), n) for v, n in zip(letters, counts, strict=True))

    def batch(self, x: Tensor) -> Ranges:
        """The ranges of the leading axes that run over samples."""
        return self.ranges("batch", x.shape[: x.batch])

    def like(self, x: Tensor) -> Ranges:
        """A range for every axis of x, with x's own letters."""
        self.letters |= dict.fromkeys(x.axes, "like")
        return tuple((index(v), n) for v, n in zip(x.axes, x.shape, strict=True))


def _spare(taken: Iterable[str]) -> tuple[str, ...]:
    """All letters that are not taken, for a network that uses up every usual one."""
    return ("".join(c for c in ascii_letters if c not in set(taken)),)
