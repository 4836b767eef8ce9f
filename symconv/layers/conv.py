"""Convolution."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, amount

from .base import Layer, TensorName
from .scope import Amounts, Scope, Size, Sizes, per_axis, places, read_at, total


@dataclass(frozen=True)
class Conv(Layer):
    """z[b,f,i,j] = sum_{c,m,n} w[f,c,m,n] x[b, c, s i + d m - p, s j + d n - p] + bias[f].

    Cross-correlation, as deep-learning libraries compute it. With `flip` the kernel is read
    backwards, w[f, c, k1-1-m, k2-1-n]: convolution in the sense of mathematics. Batch and channel
    axes are there when the input has them, the filter axis when `channels` is given.
    """

    keyword = "conv"
    title = "convolution"
    letter = "z"

    weight: TensorName
    kernel: Sizes
    channels: Size | None = None
    stride: Sizes = 1
    padding: Amounts = 0
    dilation: Sizes = 1
    bias: TensorName | None = None
    flip: bool = False

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = len(self.kernel) if isinstance(self.kernel, tuple) else 1
        stride, dilation = per_axis(self.stride, rank), per_axis(self.dilation, rank)
        padding, width = per_axis(self.padding, rank, amount), per_axis(self.kernel, rank)
        batch, channel, space = at.split(x, rank)
        filters = at.ranges("filter", per_axis(self.channels, 1) if self.channels else ())
        kernel = at.ranges("kernel", width)
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, width, strict=True)]
        out = at.windows(space, reach, stride, padding)
        here = read_at(places(out), places(kernel), stride, dilation, padding)
        taps = tuple(k - 1 - m for m, k in kernel) if self.flip else places(kernel)
        w = at.parameter("weight", filters + channel + kernel)
        read = w[places(filters, channel) + taps] * x[places(batch, channel) + here]
        bias = at.bias(filters) if self.bias else 0
        ranges = batch + filters + out
        return at.output(ranges, total(read, channel, kernel) + bias, batch=x.batch)
