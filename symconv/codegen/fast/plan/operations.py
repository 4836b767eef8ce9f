"""How many operations an equation asks for, and how many numbers it writes."""

from __future__ import annotations

from sympy import Add, Basic, Expr, Function, Integer, Mul, Pow, prod
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Box, Equals, LogSumExp


def count_operations(equation: Equation) -> Expr:
    """The FLOPs of all entries of an equation as it stands, as an expression of the sizes."""
    return count_elements(equation) * _count_per_entry(equation.rhs)


def count_elements(equation: Equation) -> Expr:
    """How many entries an equation computes."""
    return prod([n for _, n in equation.ranges], start=Integer(1))


def _count_per_entry(e: Basic) -> Expr:
    """The operations of one entry; reading and comparing indices cost nothing."""
    if isinstance(e, Indexed | Box | Equals) or not e.args:
        return Integer(0)
    if isinstance(e, ExprWithLimits):
        turns = prod([high - low + 1 for _, low, high in e.limits], start=Integer(1))
        # Log-sum-exp goes over its terms more than once: a maximum, an exponential and a sum a
        # turn, where a sum has one addition.
        return turns * (_count_per_entry(e.function) + (3 if isinstance(e, LogSumExp) else 1))
    inside = Add(*(_count_per_entry(a) for a in e.args))
    if isinstance(e, Add | Mul):
        # A factor -1 only makes an addition a subtraction.
        signs = sum(a == -1 for a in e.args)
        return inside + len(e.args) - 1 - signs
    return inside + (1 if isinstance(e, Function | Pow) else 0)
