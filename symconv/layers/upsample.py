"""Upsampling: by nearest neighbours, or linearly between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sympy import Expr, Integer, expand

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import Box, absolute, relu
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
    With `size 7x5` in the place of factors y has that size: k is 7/H then, and the nearest entry of
    u is the last one that is not behind u H/7.
    """

    keyword = "upsample"
    title = "upsampling"
    letter = "u"
    spans = "window"
    instead = MappingProxyType({"scale": "size"})

    scale: Sizes | None
    mode: Literal["nearest", "linear", "bilinear", "trilinear"] = "nearest"
    align_corners: bool = False
    size: Sizes | None = None

    @property
    def window(self) -> Sizes | None:
        """The factors or the sizes, one an axis of space, or one for all."""
        return self.scale if self.size is None else self.size

    def inner_letters(self) -> Mapping[str, str]:
        """A value on the way for each axis but the last."""
        axes = AXES.get(self.mode, 1)
        if self.size is not None and self.mode == "nearest":
            axes = len(self.size) if isinstance(self.size, tuple) else len(BETWEEN) + 1
        return dict(list(BETWEEN.items())[: axes - 1])

    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        if self.window is None or (self.scale is not None and self.size is not None):
            raise SymconvError(
                f"the {at.title} has a factor or a size", help="upsample 2, or: upsample size 7x5"
            )
        rank = at.pooled(x, self.window)
        if self.mode != "nearest":
            self._refuse_other_rank(rank)
            return self._along_axes(x, rank, at)
        if self.align_corners:
            raise SymconvError(
                "nearest neighbours have no corners to align", help="mode bilinear align_corners"
            )
        if self.scale is None:
            return self._along_axes(x, rank, at)
        lead, space = at.cut(x, rank)
        block = at.ranges("kernel", per_axis(self.scale, len(space)))
        pairs = list(zip(space, block, strict=True))
        out = at.ranges("unit", ()) + tuple((v, n * k) for (v, n), (_, k) in pairs)
        where = (*indices_of(lead), *(row_major_index(pair) for pair in pairs))
        ranges = lead + space + block
        return at.rewritten(lead + out, where, x[indices_of(lead, space)], ranges, batch=x.batch)

    def _refuse_other_rank(self, rank: int) -> None:
        """SymconvError where a mode is one for another number of axes."""
        if rank != (count := AXES[self.mode]):
            axes = "axis" if count == 1 else "axes"
            fitting = next((m for m, n in AXES.items() if n == rank), "nearest")
            raise SymconvError(
                f"'{self.mode}' is for {count} {axes} of space, not {rank}",
                help=f"mode {fitting}",
            )

    def _along_axes(self, x: Tensor, rank: int, at: Scope) -> tuple[Equation, ...]:
        """One equation an axis: the entries of x by their shares."""
        made = list[Equation]()
        names = (*list(BETWEEN)[: rank - 1], "out")
        space = x.shape[len(x.shape) - rank :]
        if self.scale is None:
            sizes = per_axis(self.size or 1, rank)
        else:
            sizes = tuple(k * n for k, n in zip(per_axis(self.scale, rank), space, strict=True))
        for axis, (length, name) in enumerate(zip(sizes, names, strict=True), len(x.shape) - rank):
            ranges = at.like(x)
            here, size = ranges[axis]
            (read,) = at.ranges("kernel", (size,))
            if self.align_corners and size != 1 and length != 1:
                at.require(length - 1)
            share = self._share(here, read[0], size, length)
            places = indices_of((*ranges[:axis], read, *ranges[axis + 1 :]))
            out = (*ranges[:axis], (here, length), *ranges[axis + 1 :])
            total = sum_over_ranges(share * x[places], (read,))
            x, equation = at.inner(name, out, total, self.title, batch=x.batch)
            made.append(equation)
        return tuple(made)

    def _share(self, u: Expr, i: Expr, size: Expr, length: Expr) -> Expr:
        """How much output u of so many takes of entry i of so many."""
        if self.mode == "nearest":
            # 0 <= u H/K - i < 1, in whole numbers.
            return Box(expand(u * size - i * length), length)
        return relu(1 - absolute(self._place(u, size, length) - i))

    def _place(self, u: Expr, size: Expr, length: Expr) -> Expr:
        """Where an output lies between the entries of x."""
        if self.align_corners:
            return u * (size - 1) / (length - 1) if 1 not in {size, length} else Integer(0)
        scale = length / size
        centre = (2 * u + 1 - scale) / (2 * scale)
        return size - 1 - relu(size - 1 - relu(centre))
