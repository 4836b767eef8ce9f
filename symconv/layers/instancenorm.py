"""Instance normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.places import places
from symconv.layers.support.scope import Scope

from .norm import Axes, Norm


@dataclass(frozen=True)
class InstanceNorm(Norm):
    """Mean and variance of each channel of each sample, over space."""

    keyword = "instancenorm"
    title = "instance normalisation"

    def axes(self, x: Tensor, at: Scope) -> Axes:
        ranges = at.like(x)
        kept, space = ranges[: x.batch + 1], ranges[x.batch + 1 :]
        channel = kept[x.batch :]
        return Axes(kept, space, places(ranges), channel, places(channel))
