"""Batch normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.places import places
from symconv.layers.support.scope import Scope

from .norm import Axes, Norm


@dataclass(frozen=True)
class BatchNorm(Norm):
    """Mean and variance of each channel, over the samples and over space (training mode)."""

    keyword = "batchnorm"
    title = "batch normalisation"

    def axes(self, x: Tensor, at: Scope) -> Axes:
        ranges = at.like(x)
        channel = ranges[x.batch : x.batch + 1]
        rest = ranges[: x.batch] + ranges[x.batch + 1 :]
        return Axes(channel, rest, places(ranges), channel, places(channel))
