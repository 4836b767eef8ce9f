"""Padding."""

from collections.abc import Mapping
from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor, amount
from symconv.layers.support.borders import (
    BETWEEN,
    Border,
    PaddedAxis,
    pad_by_itself,
    pad_constant,
)
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Offsets, exact_number, per_axis

from .base import Decimal, Layer


@dataclass(frozen=True)
class Pad(Layer):
    """y[b,c,i,j] = x[b, c, i - p, j - p], where x is 0 beyond its border.

    With `value` that number stands there, and negative paddings take entries away. The mode
    `circular` goes on at the other end of an axis, `reflect` goes back without repeating the last
    entry, `replicate` repeats it: at most H, at most H - 1, or any number of entries of H.
    """

    keyword = "pad"
    title = "padding"
    letter = "y"
    spans = "before"

    before: Offsets
    after: Offsets | None = None
    mode: Border = "constant"
    value: Decimal = "0"

    def inner_letters(self) -> Mapping[str, str]:
        """A value on the way for each axis but the last, where these are padded one by one."""
        axes = len(self.before) if isinstance(self.before, tuple) else len(BETWEEN) + 1
        between = () if self.mode == "constant" else list(BETWEEN.items())[: axes - 1]
        return dict(between)

    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        lead, axes = at.cut(x, at.pooled(x, self.before))
        before = per_axis(self.before, len(axes), amount)
        after = before if self.after is None else per_axis(self.after, len(axes), amount)
        sizes = zip(axes, before, after, strict=True)
        space = [PaddedAxis(n, p, q) for (_, n), p, q in sizes]
        value = exact_number(self.value)
        if self.mode == "constant":
            return pad_constant(x, lead, space, value, at)
        if value != 0:
            raise SymconvError(
                f"a {self.mode} padding has no value", help="value belongs to the mode constant"
            )
        return pad_by_itself(x, space, self.mode, at, "out")[1]
