"""Instance normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .norm import Norm, NormAxes


@dataclass(frozen=True)
class InstanceNorm(Norm):
    """Mean and variance of each channel of each sample, over space."""

    keyword = "instancenorm"
    title = "instance normalisation"
    takes_channels = True

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        ranges = at.like(x)
        axis = at.classes(x)
        kept, space = ranges[: axis + 1], ranges[axis + 1 :]
        channel = kept[axis:]
        return NormAxes(kept, space, indices_of(ranges), channel, indices_of(channel))
