"""Max-pooling."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.nodes import MaxOver, limits
from symconv.core.tensor import Tensor, amount

from .base import Layer
from .scope import Amounts, Scope, Sizes, per_axis, places, read_at


@dataclass(frozen=True)
class MaxPool(Layer):
    """y[b,c,i,j] = max_{m,n} x[b, c, s i + d m - p, s j + d n - p].

    The stride is the window unless it is given. Padding never wins: it counts as minus infinity.
    """

    keyword = "maxpool"
    title = "max-pooling"
    letter = "p"

    window: Sizes
    stride: Sizes | None = None
    padding: Amounts = 0
    dilation: Sizes = 1

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = len(self.window) if isinstance(self.window, tuple) else 2
        width, dilation = per_axis(self.window, rank), per_axis(self.dilation, rank)
        stride = width if self.stride is None else per_axis(self.stride, rank)
        padding = per_axis(self.padding, rank, amount)
        lead, space = at.last(x, rank)
        kernel = at.ranges("kernel", width)
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, width, strict=True)]
        out = at.windows(space, reach, stride, padding)
        here = read_at(places(out), places(kernel), stride, dilation, padding)
        largest = MaxOver(x[places(lead) + here], *limits(kernel))
        return at.output(lead + out, largest, batch=x.batch)
