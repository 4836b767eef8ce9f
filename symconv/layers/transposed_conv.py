"""Transposed convolution."""

from dataclasses import dataclass

from sympy import Expr, Integer, expand

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, amount
from symconv.layers.support.groups import place_in_group, split_groups
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Size, Sizes, per_axis

from .base import Layer, TensorName


@dataclass(frozen=True)
class TransposedConv(Layer):
    """y[b,f,u,v] = sum_{c,m,n} w[c,f,m,n] x[b, c, (u + p - d m)/s, (v + p - d n)/s] + beta[f].

    x is absent wherever its index is no integer. The output has (H - 1) s - 2 p + d (k - 1) + q + 1
    rows, where q is `output_padding`. With `groups` the channels and the filters fall into that
    many blocks, and filters see their own block only: w[c,f,m,n] counts f within the block.
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
    groups: Size = 1

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = at.pooled(x, self.kernel)
        batch, channels, space = at.split(x, rank)
        group, channel, filters = split_groups(channels, self.channels, self.groups, at)
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
        c, f = place_in_group(group, channel), place_in_group(group, filters)
        w = at.parameter("weight", channels + filters + kernel)
        product = w[c + indices_of(filters, kernel)] * x[indices_of(batch) + c + reads]
        filter_axis = at.merged("filter", group + filters)
        bias = at.parameter("bias", filter_axis)[f or (Integer(0),)] if self.bias else 0
        rhs = sum_over_ranges(product, channel, kernel) + bias
        where = indices_of(batch) + f + indices_of(out)
        ranges = batch + group + filters + out
        return at.rewritten(batch + filter_axis + out, where, rhs, ranges, batch=x.batch)

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
