"""Average-pooling."""

from dataclasses import dataclass

from sympy import Expr, Mul

from symconv.core.equation import Equation, Ranges
from symconv.core.nodes import Box
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, multiply_extents, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Size, Sizes, per_axis
from symconv.layers.support.windows import Windows, make_windows

from .base import Layer


@dataclass(frozen=True)
class AveragePool(Layer):
    """y[b,c,i,j] = 1/(k1 k2) sum_{m<k1, n<k2} x[b, c, s i + d m - p, s j + d n - p].

    The stride is the window unless it is given. Padding counts as zeros in the average; with
    `exclude_padding` the sum is divided by the number of entries that lie in the image, and with
    `divisor` by that number. With `ceil` a last window may hang over the border; what hangs over
    the padding, too, does not count. `padding_after` is the padding at the far borders, and
    `dilation` is as in a convolution.
    """

    keyword = "avgpool"
    title = "average-pooling"
    letter = "p"
    spans = "window"

    window: Sizes
    stride: Sizes | None = None
    padding: Amounts = 0
    exclude_padding: bool = False
    divisor: Size | None = None
    ceil: bool = False
    padding_after: Amounts | None = None
    dilation: Sizes = 1

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
        reads = window.reads(out, kernel)
        divisor = self._divisor(window, kernel, reads, space)
        averaged = kernel if self.divisor is None and divisor == multiply_extents(kernel) else ()
        mean = sum_over_ranges(x[indices_of(lead) + reads], kernel) / divisor
        return at.output(lead + out, mean, batch=x.batch, averaged=averaged)

    def _divisor(
        self, window: Windows, kernel: Ranges, reads: tuple[Expr, ...], space: tuple[Expr, ...]
    ) -> Expr:
        """How many entries the sum is divided by."""
        if self.divisor is not None:
            return per_axis(self.divisor, 1)[0]
        if self.exclude_padding:
            return _count_inside(kernel, reads, space)
        if not self.ceil:
            return multiply_extents(kernel)
        rows = zip(reads, space, window.before, window.after, strict=True)
        padded = [(e + p, n + p + q) for e, n, p, q in rows]
        return _count_inside(kernel, tuple(e for e, _ in padded), tuple(n for _, n in padded))


def _count_inside(kernel: Ranges, reads: tuple[Expr, ...], space: tuple[Expr, ...]) -> Expr:
    """How many places of a window lie in the image."""
    return sum_over_ranges(Mul(*(Box(e, n) for e, n in zip(reads, space, strict=True))), kernel)
