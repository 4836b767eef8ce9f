"""Batch normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import GivenName
from .norm import Norm, NormAxes


@dataclass(frozen=True)
class BatchNorm(Norm):
    """Mean and variance of each channel, over the samples and over space (training mode).

    With `inference mean m variance v` they are those of the training, one number a channel: tensors
    that are given, without a gradient unless an input has that name.
    """

    keyword = "batchnorm"
    title = "batch normalisation"
    takes_channels = True

    inference: bool = False
    mean: GivenName | None = None
    variance: GivenName | None = None

    def inner_letters(self) -> Mapping[str, str]:
        return MappingProxyType({}) if self.inference else self.inner

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        ranges = at.like(x)
        axis = at.classes(x)
        channel, rest = ranges[axis : axis + 1], ranges[:axis] + ranges[axis + 1 :]
        return NormAxes(channel, rest, indices_of(ranges), channel, indices_of(channel))

    def statistics(
        self, x: Tensor, axes: NormAxes, at: Scope
    ) -> tuple[Tensor, Tensor, tuple[Equation, ...]]:
        given = (self.mean, self.variance)
        if given == (None, None) and not self.inference:
            return super().statistics(x, axes, at)
        if self.mean is None or self.variance is None or not self.inference:
            raise SymconvError(
                "a given mean needs a given variance, and both are for inference",
                help="batchnorm inference mean m variance v",
            )
        mean = at.given("mean", self.mean, axes.kept)
        variance = at.given("variance", self.variance, axes.kept, positive=True)
        return mean, variance, ()
