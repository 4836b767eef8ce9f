"""The sign."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import tensor_of
from .mutation import mutation


@mutation(
    "sign",
    "the sign is turned round: (target - output) stands where (output - target) belongs",
    rank=320,
    steps="pointwise derivative, linearity",
    at_output=True,
)
def sign_flipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/dw becomes -dC/dw, so that a step of descent becomes one of ascent."""
    if tensor_of(e.lhs, context).role == "gradient":
        yield -e.rhs
