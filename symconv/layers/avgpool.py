"""Average-pooling."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, amount

from .base import Layer
from .scope import Amounts, Scope, Sizes, count, per_axis, places, read_at, total


@dataclass(frozen=True)
class AveragePool(Layer):
    """y[b,c,i,j] = 1/(k1 k2) sum_{m,n} x[b, c, s i + m - p, s j + n - p].

    The stride is the window unless it is given. Padding counts as zeros in the average.
    """

    keyword = "avgpool"
    title = "average-pooling"
    letter = "p"

    window: Sizes
    stride: Sizes | None = None
    padding: Amounts = 0

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = len(self.window) if isinstance(self.window, tuple) else 2
        width = per_axis(self.window, rank)
        stride = width if self.stride is None else per_axis(self.stride, rank)
        padding = per_axis(self.padding, rank, amount)
        lead, space = at.last(x, rank)
        kernel = at.ranges("kernel", width)
        out = at.windows(space, width, stride, padding)
        here = read_at(places(out), places(kernel), stride, per_axis(1, rank), padding)
        mean = total(x[places(lead) + here], kernel) / count(kernel)
        return at.output(lead + out, mean, batch=x.batch)
