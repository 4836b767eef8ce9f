"""Numbers of layers that their equations hold without a name: the slope of a leaky rectifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Expr, Integer, Rational, exp

from symconv.core.equation import Equation
from symconv.core.nodes import relu

SLOPE, ELU_SCALE, EPSILON = "slope", "alpha_elu", "epsilon"
EPSILONS = ("eps", "epsilon")
LEAKY, ELU = "leaky_relu", "elu"


def find_unnamed_numbers(equations: Iterable[Equation]) -> list[tuple[str, Rational]]:
    """The numbers by their names; a second one of a kind, if it is another, is counted on."""
    found: dict[tuple[str, Rational], str] = {}
    for kind, number in _numbers_in(equations):
        count = 1 + sum(name == kind for name, _ in found)
        found.setdefault((kind, number), kind if count == 1 else f"{kind}{count}")
    return [(name, number) for (_, number), name in found.items()]


def _numbers_in(equations: Iterable[Equation]) -> Iterator[tuple[str, Rational]]:
    for equation in equations:
        kinked = sorted(equation.rhs.atoms(relu), key=str)
        if equation.kind == LEAKY and len(kinked) == 1:
            below = equation.rhs.xreplace({kinked[0]: Integer(0)})
            yield from _as_number(SLOPE, below / kinked[0].args[0])
        powers = sorted(equation.rhs.atoms(exp), key=str)
        if equation.kind == ELU and len(powers) == 1:
            yield from _as_number(ELU_SCALE, equation.rhs.coeff(powers[0]))


def _as_number(name: str, value: Expr) -> Iterator[tuple[str, Rational]]:
    if isinstance(value, Rational):
        yield name, value
