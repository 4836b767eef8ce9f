"""Locally connected layer."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Size, Sizes, per_axis
from symconv.layers.support.windows import make_windows

from .base import Layer, TensorName


@dataclass(frozen=True)
class LocallyConnected(Layer):
    """y[b,f,i,j] = sum_{c,m,n} w[f,i,j,c,m,n] x[b, c, s i + d m - p, s j + d n - p].

    A convolution whose kernel is not shared: every output position has its own.
    """

    keyword = "local"
    title = "locally connected layer"
    letter = "z"
    spans = "kernel"

    weight: TensorName
    kernel: Sizes
    channels: Size | None = None
    stride: Sizes = 1
    padding: Amounts = 0
    dilation: Sizes = 1

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rank = at.pooled(x, self.kernel)
        window = make_windows(
            self.kernel, rank, stride=self.stride, padding=self.padding, dilation=self.dilation
        )
        batch, channel, space = at.split(x, rank)
        filters = at.ranges("filter", per_axis(self.channels, 1) if self.channels else ())
        kernel, out = window.kernel(at), window.positions(space, at)
        w = at.parameter("weight", filters + out + channel + kernel)
        reads = window.reads(out, kernel)
        product = (
            w[indices_of(filters, out, channel, kernel)] * x[indices_of(batch, channel) + reads]
        )
        ranges = batch + filters + out
        return at.output(ranges, sum_over_ranges(product, channel, kernel), batch=x.batch)
