"""Zero padding."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, amount
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Amounts, per_axis

from .base import Layer


@dataclass(frozen=True)
class Pad(Layer):
    """y[b,c,i,j] = x[b, c, i - p, j - p], where x is 0 beyond its border."""

    keyword = "pad"
    title = "zero padding"
    letter = "y"
    spans = "before"

    before: Amounts
    after: Amounts | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        lead, space = at.cut(x, at.pooled(x, self.before))
        before = per_axis(self.before, len(space), amount)
        after = before if self.after is None else per_axis(self.after, len(space), amount)
        sizes = zip(space, before, after, strict=True)
        out = tuple((v, n + p + q) for (v, n), p, q in sizes)
        reads = tuple(v - p for (v, _), p in zip(out, before, strict=True))
        return at.output(lead + out, x[indices_of(lead) + reads], batch=x.batch)
