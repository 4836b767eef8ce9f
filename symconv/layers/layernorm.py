"""Layer normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .norm import Norm, NormAxes


@dataclass(frozen=True)
class LayerNorm(Norm):
    """Mean and variance of each sample, over everything but the batch."""

    keyword = "layernorm"
    title = "layer normalisation"
    takes_rows = True

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        ranges = at.like(x)
        batch, rest = ranges[: x.batch], ranges[x.batch :]
        return NormAxes(batch, rest, indices_of(ranges), rest, indices_of(rest))
