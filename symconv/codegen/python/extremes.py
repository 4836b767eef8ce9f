"""Maxima and minima of two numbers, which equations have as b + relu(a - b), as such."""

from __future__ import annotations

from sympy import Add, Expr

from symconv.calculus.binders import rebuild
from symconv.core.nodes import larger, relu, smaller


def find_maxima(e: Add) -> Expr:
    """A sum with max(a, b) in the place of b + relu(a - b)."""
    for term in e.args:
        c, unit = term.as_coeff_Mul()
        if not isinstance(unit, relu):
            continue
        difference, others = unit.args[0], [a for a in e.args if a != term]
        met = [a for a in others if _cancels(a / c, Add.make_args(difference))]
        if met:
            b = Add(*(a / c for a in met))
            left = Add(*(a for a in others if a not in met), c * _write_max(difference + b, b))
            # A maximum of three numbers is a maximum of two of them and of the third.
            return find_maxima(left) if isinstance(left, Add) else left
    return e


def _cancels(addend: Expr, others: tuple[Expr, ...]) -> bool:
    """Whether an addend takes something away from one of the others."""
    number, rest = addend.as_coeff_Mul()
    return any(o.as_coeff_Mul()[1] == rest and o.as_coeff_Mul()[0] * number < 0 for o in others)


def _write_max(a: Expr, b: Expr) -> Expr:
    """max(a, b), with a number behind; relu where one of them is 0."""
    a, b = (b, a) if a.is_number else (a, b)
    return relu(a) if b == 0 else larger(a, b)


def write_minima(e: Expr) -> Expr:
    """The formula with min(a, b) for -max(-a, -b)."""
    if not e.has(larger):
        return e
    c, rest = e.as_coeff_Mul()
    if c < 0 and isinstance(rest, larger) and any(a.could_extract_minus_sign() for a in rest.args):
        return -c * smaller(*(write_minima(-a) for a in rest.args))
    return rebuild(e, write_minima)
