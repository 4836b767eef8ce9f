"""What an equation costs, read off its index ranges: operations and bytes, with sizes as names.

Counted is what one does who computes the equation entry by entry: each +, -, x, /, power, root,
comparison and function is one operation. Signs, and brackets, which choose, are none. A number made
of sizes is known beforehand. Terms of entries beyond a border are counted, though they are 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import cast

from sympy import Add, Expr, Function, Integer, KroneckerDelta, Mul, Pow, S, Sum, expand, fraction
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot

BYTES = 8
"""The bytes of a number: float64, as NumPy has it where nothing else is said."""

BRACKETS = (Box, Equals, KroneckerDelta)


@dataclass(frozen=True)
class EquationCost:
    """The operations of an equation, and the bytes that it reads and writes, each array once."""

    equation: Equation
    operations: Expr
    bytes: Expr


def count_costs(program: Program) -> tuple[EquationCost, ...]:
    """The costs of every equation, in order."""
    return tuple(
        EquationCost(e, count_operations(e), count_bytes(program, e)) for e in program.equations
    )


def count_operations(equation: Equation) -> Expr:
    """The number of places times what one entry takes."""
    return expand(_extent(equation.ranges) * count_formula(equation.rhs))


def count_bytes(program: Program, equation: Equation) -> Expr:
    """Eight bytes for each entry of what is read and of what is written."""
    read = sum(
        (prod(program.tensor(key).shape, start=S.One) for key in sorted(equation.reads)), S.Zero
    )
    return expand(BYTES * (_extent(equation.ranges) + read))


def _extent(ranges: Ranges) -> Expr:
    return prod((n for _, n in ranges), start=S.One)


def count_formula(e: Expr) -> Expr:
    """The operations that the value of a formula takes once."""
    if isinstance(e, Indexed) or not e.has(Indexed) or isinstance(e, BRACKETS):
        return S.Zero
    if isinstance(e, ExprWithLimits):
        return _count_reduction(e)
    if isinstance(e, OneHot):
        return _count_reduction(e.maximum)
    if isinstance(e, Mul | Pow):
        return _count_product(e)
    inside: Expr = sum((count_formula(cast("Expr", a)) for a in e.args), S.Zero)
    if isinstance(e, Add):
        return inside + len(e.args) - 1
    assert isinstance(e, Function), "every other node is a function"
    return inside + 1


def _count_reduction(e: ExprWithLimits) -> Expr:
    """n terms, added up by n - 1 additions; a maximum takes as many comparisons."""
    n = prod((high - low + 1 for _, low, high in e.limits), start=S.One)
    body = count_formula(e.function)
    if isinstance(e, LogSumExp):
        # The largest is found, taken away from each before exp, and added to the logarithm again.
        return 2 * (n - 1) + n * (body + 2) + 2
    assert isinstance(e, Sum | MaxOver), "there is no other reduction"
    return n * (body + 1) - 1


def _count_product(e: Expr) -> Expr:
    """Factors above and below a line: a product each, and one division."""
    above, below, inside, constant = 0, 0, S.Zero, S.One
    for factor in Mul.make_args(e):
        if not factor.has(Indexed):
            constant *= factor
            continue
        if isinstance(factor, BRACKETS):
            continue
        base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, S.One)
        negative = bool(exponent.is_number and exponent.is_negative)
        inside += count_formula(base) + (0 if exponent in {1, -1} else 1)
        above, below = above + (not negative), below + negative
    over, under = fraction(constant)
    above, below = above + (over not in {1, -1}), below + (under != 1)
    return inside + max(above - 1, 0) + max(below - 1, 0) + Integer(below > 0)
