"""Dropout with a mask that is given."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import exact_number

from .base import Decimal, GivenName, Layer


@dataclass(frozen=True)
class Dropout(Layer):
    """The value m[b,c,i,j] x[b,c,i,j] / (1 - p), with a mask m of zeros and ones that is given.

    The mask has no gradient, and the `rate` p is the share of zeros that it was drawn with: what is
    kept is scaled by 1/(1 - p), so that nothing has to be scaled where nothing is dropped.
    """

    keyword = "dropout"
    title = "dropout"
    letter = "y"

    mask: GivenName
    rate: Decimal = "0.5"

    def forward(self, x: Tensor, at: Scope) -> Equation:
        rate = exact_number(self.rate)
        if rate.is_number and not 0 <= rate < 1:
            raise SymconvError(
                f"a rate of {rate} is no share that is dropped", help="0, or more and below 1: 0.5"
            )
        ranges = at.like(x)
        here = indices_of(ranges)
        mask = at.given("mask", self.mask, ranges, batch=x.batch)
        return at.output(ranges, mask[here] * x[here] / (1 - rate), batch=x.batch)
