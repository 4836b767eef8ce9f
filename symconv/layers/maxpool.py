"""Max-pooling."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.nodes import MaxOver, limits
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Sizes
from symconv.layers.support.windows import make_windows

from .base import Layer


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest x[b, c, s i + d m - p, s j + d n - p] over all m and n of a window.

    The stride is the window unless it is given. Padding never wins: it counts as minus infinity.
    With `ceil` a last window may hang over the border. `padding_after` is for the far borders.
    """

    keyword = "maxpool"
    title = "max-pooling"
    letter = "p"
    spans = "window"

    window: Sizes
    stride: Sizes | None = None
    padding: Amounts = 0
    dilation: Sizes = 1
    ceil: bool = False
    padding_after: Amounts | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = at.pooled(x, self.window)
        window = make_windows(
            self.window,
            rank,
            stride=self.stride,
            padding=self.padding,
            padding_after=self.padding_after,
            dilation=self.dilation,
            ceil=self.ceil,
        )
        lead, space = at.last(x, rank)
        kernel, out = window.kernel(at), window.positions(space, at)
        largest = MaxOver(x[indices_of(lead) + window.reads(out, kernel)], *limits(kernel))
        return at.output(lead + out, largest, batch=x.batch)
