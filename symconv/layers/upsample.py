"""Nearest-neighbour upsampling."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, row_major_index
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Sizes, per_axis

from .base import Layer


@dataclass(frozen=True)
class Upsample(Layer):
    """y[b, c, k1 i + m, k2 j + n] = x[b,c,i,j]: every entry becomes a block."""

    keyword = "upsample"
    title = "nearest-neighbour upsampling"
    letter = "u"
    spans = "scale"

    scale: Sizes

    def forward(self, x: Tensor, at: Scope) -> Equation:
        lead, space = at.cut(x, at.pooled(x, self.scale))
        block = at.ranges("kernel", per_axis(self.scale, len(space)))
        pairs = list(zip(space, block, strict=True))
        out = at.ranges("unit", ()) + tuple((v, n * k) for (v, n), (_, k) in pairs)
        where = (*indices_of(lead), *(row_major_index(pair) for pair in pairs))
        ranges = lead + space + block
        return at.rewritten(lead + out, where, x[indices_of(lead, space)], ranges, batch=x.batch)
