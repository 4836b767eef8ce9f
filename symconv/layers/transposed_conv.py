"""Transposed convolution."""

from dataclasses import dataclass

from sympy import Expr, expand

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, amount
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Size, Sizes, per_axis

from .base import Layer, TensorName


@dataclass(frozen=True)
class TransposedConv(Layer):
    """y[b,f,u,v] = sum_{c,m,n} w[c,f,m,n] x[b, c, (u + p - d m)/s, (v + p - d n)/s] + beta[f].

    x is absent wherever its index is no integer. The output has (H - 1) s - 2 p + d (k - 1) + q + 1
    rows, where q is `output_padding`.
    """

    keyword = "transposed_conv"
    title = "transposed convolution"
    letter = "z"
    spans = "kernel"

    weight: TensorName
    kernel: Sizes
    channels: Size | None = None
    stride: Sizes = 1
    padding: Amounts = 0
    output_padding: Amounts = 0
    dilation: Sizes = 1
    bias: TensorName | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = at.pooled(x, self.kernel)
        batch, channel, space = at.split(x, rank)
        filters = at.ranges("filter", per_axis(self.channels, 1) if self.channels else ())
        kernel = at.ranges("kernel", per_axis(self.kernel, rank))
        axes = self._axes(rank)
        sizes = [
            expand((h - 1) * s - 2 * p + d * (k - 1) + q + 1)
            for h, (_, k), (s, p, q, d) in zip(space, kernel, axes, strict=True)
        ]
        out = at.ranges("space", sizes)
        reads = tuple(
            expand((u + p - d * m) / s)
            for (u, _), (m, _), (s, p, _, d) in zip(out, kernel, axes, strict=True)
        )
        w = at.parameter("weight", channel + filters + kernel)
        product = w[indices_of(channel, filters, kernel)] * x[indices_of(batch, channel) + reads]
        bias = at.bias(filters) if self.bias else 0
        ranges = batch + filters + out
        return at.output(ranges, sum_over_ranges(product, channel, kernel) + bias, batch=x.batch)

    def _axes(self, rank: int) -> list[tuple[Expr, Expr, Expr, Expr]]:
        """Stride, padding, output padding and dilation of each axis."""
        return list(
            zip(
                per_axis(self.stride, rank),
                per_axis(self.padding, rank, amount),
                per_axis(self.output_padding, rank, amount),
                per_axis(self.dilation, rank),
                strict=True,
            )
        )
