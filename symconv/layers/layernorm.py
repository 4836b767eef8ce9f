"""Layer normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.places import places
from symconv.layers.support.scope import Scope

from .norm import Axes, Norm


@dataclass(frozen=True)
class LayerNorm(Norm):
    """Mean and variance of each sample, over everything but the batch."""

    keyword = "layernorm"
    title = "layer normalisation"

    def axes(self, x: Tensor, at: Scope) -> Axes:
        ranges = at.like(x)
        batch, rest = ranges[: x.batch], ranges[x.batch :]
        return Axes(batch, rest, places(ranges), rest, places(rest))
