"""The axes of a layer's input: which are of the batch, of channels, of space, of features."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor

from .letters import Letters
from .places import count
from .sizes import Sizes


@dataclass
class Axes(Letters):
    """Takes inputs apart; a refusal calls the layer by its `title`."""

    title: str

    def split(self, x: Tensor, rank: int) -> tuple[Ranges, Ranges, tuple[Expr, ...]]:
        """Batch, at most one channel axis, and the extents of the `rank` axes of space."""
        channels = x.shape[x.batch : len(x.shape) - rank]
        if len(x.shape) < x.batch + rank or len(channels) > 1:
            raise self._misfit(x, f"{rank} axes of space, at most one of channels")
        space = x.shape[len(x.shape) - rank :]
        return self.batch(x), self.ranges("channel", channels), space

    def last(self, x: Tensor, rank: int) -> tuple[Ranges, tuple[Expr, ...]]:
        """All axes but the last `rank` ones, and the extents of those."""
        if len(x.shape) < x.batch + rank:
            raise self._misfit(x, f"{rank} axes of space")
        cut = len(x.shape) - rank
        return self.like(x)[:cut], x.shape[cut:]

    def cut(self, x: Tensor, rank: int) -> tuple[Ranges, Ranges]:
        """All axes but the last `rank` ones, and those."""
        lead, _ = self.last(x, rank)
        return lead, self.like(x)[len(lead) :]

    def pooled(self, x: Tensor, window: Sizes) -> int:
        """How many axes a window spans: one a size; a single size spans up to two."""
        return len(window) if isinstance(window, tuple) else min(2, len(x.shape) - x.batch)

    def merged(self, kind: str, ranges: Ranges) -> Ranges:
        """One axis that the ranges index together, row by row."""
        return self.ranges(kind, (count(ranges),)) if ranges else ()

    def features(self, x: Tensor) -> tuple[Ranges, Ranges]:
        """Batch, and the one axis of features that is left."""
        if len(x.shape) != x.batch + 1:
            raise self._misfit(x, "one axis of features; put a flatten before it")
        return self.batch(x), self.ranges("feature", x.shape[x.batch :])

    def _misfit(self, x: Tensor, wanted: str) -> SymconvError:
        shape = " x ".join(str(n) for n in x.shape)
        return SymconvError(
            f"the {self.title} gets an input of shape {shape}", help=f"needs {wanted}"
        )
