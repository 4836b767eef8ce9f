"""The sign."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .record import broken
from .shapes import tensor_of


@broken(
    "sign",
    "the sign is turned round: (target - output) stands where (output - target) belongs",
    rank=320,
    steps="pointwise derivative, linearity",
    at_output=True,
)
def sign_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """dC/dw becomes -dC/dw, so that a step of descent becomes one of ascent."""
    if tensor_of(e.lhs, facts).role == "gradient":
        yield -e.rhs
