"""Multi-head attention, of a sequence to itself or to another one."""

from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, Integer, exp, sqrt

from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError
from symconv.core.nodes import Box, LogSumExp, limits
from symconv.core.tensor import Tensor
from symconv.layers.support.broadcast import read_broadcast
from symconv.layers.support.ranges import indices_of, row_major_index, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Size, per_axis

from .base import GivenName, Layer, TensorName, ValueName


@dataclass(frozen=True)
class Attention(Layer):
    """Each place of a sequence takes in the values of all places, by a softmax of scores.

    The places, the last axis but one of x, ask each other. Queries, keys and values are dense
    layers of x, cut into heads; the score of two places is the product of the query of the one and
    the key of the other, over the root of the features of a head; the shares of a place are the
    softmax of its scores. What the heads take in goes through the output weight together. With
    `causal` a place asks itself and those before it. All four weights are E x E, as PyTorch's
    MultiheadAttention has them; each may have a bias. Vaswani et al., Attention Is All You Need,
    2017, section 3.2.

    With `keys m` the places of x ask those of m, a value or an input: keys and values are dense
    layers of m, of as many features as m has; with `values n` the values are those of n. A `mask`,
    one number for each place that asks and each that is asked, or of a shape that broadcasts to
    samples x heads x places x places, is added to the scores, and a `padding_mask`, one number for
    each sample and each place that is asked: 0, or minus infinity where nothing is taken in.
    """

    keyword = "attention"
    title = "multi-head attention"
    letter = "y"
    ends_axes = True
    inner = MappingProxyType(
        {"queries": "q", "keys": "k", "values": "v", "scores": "s", "shares": "p", "mixed": "o"}
    )

    query: TensorName
    key: TensorName
    value: TensorName
    output: TensorName
    heads: Size = 1
    causal: bool = False
    query_bias: TensorName | None = None
    key_bias: TensorName | None = None
    value_bias: TensorName | None = None
    output_bias: TensorName | None = None
    keys: ValueName | None = None
    values: ValueName | None = None
    mask: GivenName | None = None
    padding_mask: GivenName | None = None

    def forward(self, x: Tensor, at: Scope) -> tuple[Equation, ...]:
        if len(x.shape) < x.batch + 2:
            shape = " x ".join(map(str, x.shape))
            raise SymconvError(
                f"the {at.title} gets an input of shape {shape}",
                help="needs places and features behind the batch: 'input x NxTxE'",
            )
        keys = at.value(self.keys) if self.keys else x
        values = at.value(self.values) if self.values else keys
        for source in (keys, values):
            self._refuse_misfit(source, (*x.shape[:-2], *keys.shape[-2:-1]), at)
            at.like(source)
        asked = keys.shape[-2]
        ranges = at.like(x)
        lead, place, features = ranges[:-2], ranges[-2:-1], ranges[-1][1]
        (heads,) = per_axis(self.heads, 1)
        width = features / heads
        if not width.is_integer:
            raise SymconvError(
                f"{heads} heads do not share {features} features",
                help="a number of heads that divides the number of features, 'heads 2'",
            )
        head, inside = at.ranges("group", (heads,)), at.ranges("feature", (width,))
        # Places before one are as many as those that ask, places in all as many as are asked.
        other, summed = at.ranges("kernel", (asked, place[0][1] if self.causal else asked))
        sources = (("query", "queries", x), ("key", "keys", keys), ("value", "values", values))
        made = [self._project(field, role, s, head + inside, at) for field, role, s in sources]
        (q, first), (k, second), (v, third) = made
        before, here, there = indices_of(lead), indices_of(place), (other[0],)
        h, r = indices_of(head), indices_of(inside)
        match = sum_over_ranges(q[before + here + h + r] * k[before + there + h + r], inside)
        pairs = lead + head + place + (other,)
        scores = match / sqrt(width) + self._masks(lead, head + place, (other,), at)
        s, fourth = at.inner("scores", pairs, scores, "scores", batch=x.batch)
        share = self._share(s, before + h, (*place, other), (summed,))
        p, fifth = at.inner("shares", pairs, share, "shares", batch=x.batch)
        mixed = sum_over_ranges(p[before + h + here + there] * v[before + there + h + r], (other,))
        axes = lead + place + head + inside
        o, sixth = at.inner("mixed", axes, mixed, "mixed values", batch=x.batch)
        last = self._mix(o, axes, head + inside, x, at)
        return first, second, third, fourth, fifth, sixth, last

    def _project(
        self, field: str, role: str, x: Tensor, parts: Ranges, at: Scope
    ) -> tuple[Tensor, Equation]:
        """sum_c w[d h + r, c] x[b,i,c] + bias[d h + r], by head and feature of a head."""
        ranges, row = at.like(x), row_major_index(parts)
        w = at.parameter(field, at.merged("unit", parts) + ranges[-1:])
        read = sum_over_ranges(w[row, ranges[-1][0]] * x[indices_of(ranges)], ranges[-1:])
        total = read + self._bias(f"{field}_bias", parts, row, at)
        return at.inner(role, ranges[:-1] + parts, total, role, batch=x.batch)

    def _masks(self, lead: Ranges, asking: Ranges, asked: Ranges, at: Scope) -> Expr:
        """What masks add to the score of a place that asks and one that is asked."""
        total: Expr = Integer(0)
        if self.mask is not None:
            own, over = asking[1:] + asked, lead + asking + asked
            total += read_broadcast("mask", self.mask, own, over, at)
        if self.padding_mask is not None:
            own = lead + asked
            total += read_broadcast("padding_mask", self.padding_mask, own, own, at)
        return total

    @staticmethod
    def _refuse_misfit(source: Tensor, places: tuple[Expr, ...], at: Scope) -> None:
        """SymconvError where what is asked has other samples, or values for other places."""
        if source.shape[:-1] != places or len(source.shape) < 2:
            have, want = (" x ".join(map(str, n)) for n in (source.shape, places))
            raise SymconvError(
                f"the {at.title} takes keys or values of shape {have}",
                help=f"needs {want} x F, with any F"
                if len(source.shape) > 1
                else "'input m NxSxF'",
            )

    def _share(self, s: Tensor, before: tuple[Expr, ...], places: Ranges, summed: Ranges) -> Expr:
        """exp(s[i,m]) over the sum of these for all m, or for m from 0 to i."""
        (i, count), (m, _) = places
        n = summed[0][0]
        # s is absent at places below 0: what is added up are the scores of i and of those before.
        total = LogSumExp(s[(*before, i, i - n if self.causal else n)], *limits(summed))
        share = exp(s[(*before, i, m)] - total)
        return Box(i - m, count) * share if self.causal else share

    def _mix(self, o: Tensor, axes: Ranges, parts: Ranges, x: Tensor, at: Scope) -> Equation:
        """sum_{h,r} wo[e, d h + r] o[b,i,h,r] + bias[e]."""
        unit = at.merged("unit", parts)
        column = at.ranges("filter", (unit[0][1],))
        w = at.parameter("output", unit + column)
        e = indices_of(unit)
        product = w[(*e, row_major_index(parts))] * o[indices_of(axes)]
        total = sum_over_ranges(product, parts) + self._bias("output_bias", unit, e[0], at)
        return at.output(axes[: -len(parts)] + unit, total, batch=x.batch)

    def _bias(self, field: str, axes: Ranges, place: Expr, at: Scope) -> Expr:
        if getattr(self, field) is None:
            return Integer(0)
        return at.parameter(field, at.merged("unit", axes))[place]
