"""Convolution."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Integer

from symconv.core.equation import Equation, Ranges
from symconv.core.tensor import Tensor
from symconv.layers.support.borders import BETWEEN, Border, PaddedAxis, pad_by_itself
from symconv.layers.support.groups import place_in_group, split_groups
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, Size, Sizes
from symconv.layers.support.windows import make_windows

from .base import Layer, TensorName


@dataclass(frozen=True)
class Conv(Layer):
    """y[b,f,i,j] = sum_{c,m,n} w[f,c,m,n] x[b, c, s i + d m - p, s j + d n - p] + beta[f].

    Cross-correlation, as deep-learning libraries compute it. With `flip` the kernel is read
    backwards, w[f, c, k1-1-m, k2-1-n]: convolution in the sense of mathematics. Batch and channel
    axes are there when the input has them, the filter axis when `channels` is given. With `groups`
    the channels and the filters fall into that many blocks, and filters see their own block only.
    With `untied` there is a bias of its own at every output position. The `border` says what stands
    in the padding where that is not 0: as in `pad`.
    """

    keyword = "conv"
    title = "convolution"
    letter = "z"
    spans = "kernel"

    weight: TensorName
    kernel: Sizes
    channels: Size | None = None
    stride: Sizes = 1
    padding: Amounts = 0
    padding_after: Amounts | None = None
    dilation: Sizes = 1
    groups: Size = 1
    bias: TensorName | None = None
    untied: bool = False
    flip: bool = False
    border: Border = "constant"

    def inner_letters(self) -> Mapping[str, str]:
        """Those of the padded input, where not zeros stand in the padding."""
        if self.border == "constant":
            return {}
        axes = len(self.kernel) if isinstance(self.kernel, tuple) else len(BETWEEN) + 1
        return dict(list(BETWEEN.items())[: axes - 1]) | {"padded": "r"}

    def forward(self, x: Tensor, at: Scope) -> tuple[Equation, ...]:
        rank = at.pooled(x, self.kernel)
        window = make_windows(
            self.kernel,
            rank,
            stride=self.stride,
            padding=self.padding,
            padding_after=self.padding_after,
            dilation=self.dilation,
        )
        batch, channels, space = at.split(x, rank)
        padded: tuple[Equation, ...] = ()
        if self.border != "constant":
            image = [
                PaddedAxis(*row) for row in zip(space, window.before, window.after, strict=True)
            ]
            x, padded = pad_by_itself(x, image, self.border, at, "padded")
            space, none = x.shape[-rank:], (Integer(0),) * rank
            window = replace(window, before=none, after=none)
        group, channel, filters = split_groups(channels, self.channels, self.groups, at)
        kernel, out = window.kernel(at), window.positions(space, at)
        taps = tuple(k - 1 - m for m, k in kernel) if self.flip else indices_of(kernel)
        filter_axis, f = at.merged("filter", group + filters), place_in_group(group, filters)
        w = at.parameter("weight", filter_axis + channel + kernel)
        tap = w[f + indices_of(channel) + taps]
        c = place_in_group(group, channel)
        product = tap * x[indices_of(batch) + c + window.reads(out, kernel)]
        rhs = sum_over_ranges(product, channel, kernel) + self._bias(filter_axis, f, out, at)
        where = indices_of(batch) + f + indices_of(out)
        ranges = batch + group + filters + out
        return *padded, at.rewritten(batch + filter_axis + out, where, rhs, ranges, batch=x.batch)

    def _bias(self, axis: Ranges, f: tuple[Expr, ...], out: Ranges, at: Scope) -> Expr:
        if not self.bias:
            return Integer(0)
        b = at.parameter("bias", axis + (out if self.untied else ()))
        return b[f + (indices_of(out) if self.untied else ()) or (Integer(0),)]
