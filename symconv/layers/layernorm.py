"""Layer normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.scope import Scope

from .base import Place
from .norm import Norm, NormAxes, last_axes


@dataclass(frozen=True)
class LayerNorm(Norm):
    """Mean and variance of each sample, over everything but the batch, or over the `last` axes."""

    keyword = "layernorm"
    title = "layer normalisation"
    takes_rows = True

    last: Place | None = None

    def needs_rows(self) -> bool:
        return self.last is None

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        return last_axes(x, self.last, at)
