"""Batch normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .norm import Norm, NormAxes


@dataclass(frozen=True)
class BatchNorm(Norm):
    """Mean and variance of each channel, over the samples and over space (training mode)."""

    keyword = "batchnorm"
    title = "batch normalisation"
    takes_channels = True

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        ranges = at.like(x)
        axis = at.classes(x)
        channel, rest = ranges[axis : axis + 1], ranges[:axis] + ranges[axis + 1 :]
        return NormAxes(channel, rest, indices_of(ranges), channel, indices_of(channel))
