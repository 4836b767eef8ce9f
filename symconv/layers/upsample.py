"""Upsampling: by nearest neighbours, or linearly between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sympy import Expr, Integer

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import absolute, relu
from symconv.core.tensor import Tensor
from symconv.layers.support.borders import BETWEEN
from symconv.layers.support.ranges import indices_of, row_major_index, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Sizes, per_axis

from .base import Layer

AXES = {"linear": 1, "bilinear": 2, "trilinear": 3}
"""The modes that lie between the neighbours along each of so many axes of space."""


@dataclass(frozen=True)
class Upsample(Layer):
    """y[b, c, k1 i + m, k2 j + n] = x[b,c,i,j]: every entry becomes a block.

    The modes `linear`, `bilinear` and `trilinear` go straight from an entry to the next, along one,
    two or three axes of space, with the sum of relu(1 - |e - i|) x[i] at a place e between entries.
    The centres of entries lie at e = (u + 1/2)/k - 1/2, held within the image; with
    `align_corners` the first and the last entries of x and y meet, e = u (H - 1)/(k H - 1).
    """

    keyword = "upsample"
    title = "upsampling"
    letter = "u"
    spans = "scale"

    scale: Sizes
    mode: Literal["nearest", "linear", "bilinear", "trilinear"] = "nearest"
    align_corners: bool = False

    def inner_letters(self) -> Mapping[str, str]:
        """A value on the way for each axis but the last."""
        return dict(list(BETWEEN.items())[: AXES.get(self.mode, 1) - 1])

    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        rank = at.pooled(x, self.scale)
        if self.mode != "nearest":
            return self._between(x, rank, at)
        if self.align_corners:
            raise SymconvError(
                "nearest neighbours have no corners to align", help="mode bilinear align_corners"
            )
        lead, space = at.cut(x, rank)
        block = at.ranges("kernel", per_axis(self.scale, len(space)))
        pairs = list(zip(space, block, strict=True))
        out = at.ranges("unit", ()) + tuple((v, n * k) for (v, n), (_, k) in pairs)
        where = (*indices_of(lead), *(row_major_index(pair) for pair in pairs))
        ranges = lead + space + block
        return at.rewritten(lead + out, where, x[indices_of(lead, space)], ranges, batch=x.batch)

    def _between(self, x: Tensor, rank: int, at: Scope) -> tuple[Equation, ...]:
        """One equation an axis."""
        if rank != (count := AXES[self.mode]):
            axes = "axis" if count == 1 else "axes"
            fitting = next((m for m, n in AXES.items() if n == rank), "nearest")
            raise SymconvError(
                f"'{self.mode}' is for {count} {axes} of space, not {rank}",
                help=f"mode {fitting}",
            )
        made = list[Equation]()
        names = (*list(BETWEEN)[: rank - 1], "out")
        scales = per_axis(self.scale, rank)
        for axis, (scale, name) in enumerate(zip(scales, names, strict=True), len(x.shape) - rank):
            ranges = at.like(x)
            here, size = ranges[axis]
            (read,) = at.ranges("kernel", (size,))
            share = relu(1 - absolute(self._place(here, scale, size) - read[0]))
            places = indices_of((*ranges[:axis], read, *ranges[axis + 1 :]))
            out = (*ranges[:axis], (here, scale * size), *ranges[axis + 1 :])
            total = sum_over_ranges(share * x[places], (read,))
            x, equation = at.inner(name, out, total, self.title, batch=x.batch)
            made.append(equation)
        return tuple(made)

    def _place(self, u: Expr, scale: Expr, size: Expr) -> Expr:
        """Where an output lies between the entries of x."""
        if self.align_corners:
            return u * (size - 1) / (scale * size - 1) if size != 1 else Integer(0)
        centre = (2 * u + 1 - scale) / (2 * scale)
        return size - 1 - relu(size - 1 - relu(centre))
