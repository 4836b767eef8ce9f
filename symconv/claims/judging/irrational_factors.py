r"""Decimals for irrational numbers of the network: 0.7978845608 for sqrt(2/pi).

A program cannot hold such a number, and its decimals are what was meant, to the digits that it has.
A decimal is taken for a fraction times the irrational factor of a formula of the network where all
of its digits agree and the fraction is so simple that this is no chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import isqrt

from sympy import Expr, Integer, Mul, Pow, Rational, pi

from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import OverBudget
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    Identifier,
    Numeral,
    Statement,
    SyntaxNode,
)
from symconv.claims.model.verdict import Verdict
from symconv.core.errors import SymconvError

COARSEST = Fraction(1, 10**6)
"""Fewer than seven digits are a rounded number, which is another one: 0.8 is not sqrt(2/pi)."""

DOUBLE = Fraction(1, 2**52)
"""How far the last digit of a double is from the one before, as a part of the number."""

CHANCE = 1_000
"""A fraction fits by chance less than once in so many decimals: that bounds its denominator."""

PLACES = 40
"""With how many digits the factors of the network are compared."""


def try_irrational_factors(
    statement: Statement, context: NetworkContext, judge: Callable[..., Verdict]
) -> Verdict | None:
    """Right, if decimals stand for the irrational numbers whose digits they have? None if not."""
    decimals = [n for part in statement.parts for n in part.walk() if _has_many_digits(n)]
    if not decimals:
        return None
    factors = list(dict.fromkeys(_find_factors(context)))
    table: dict[SyntaxNode, SyntaxNode] = {}
    for node in decimals:
        exact = next((e for f in factors if (e := _match(node, f)) is not None), None)
        if exact is not None:
            table[node] = exact
    if not table:
        return None
    parts = tuple(replace_nodes(p, table) for p in statement.parts)
    with suppress(SymconvError, Undefined, OverBudget):
        again = judge(replace(statement, parts=parts), brief=True)
        if again:
            names = ", ".join(str(f) for f in factors)
            note = f"the decimals are those of irrational numbers of the network: {names}"
            return replace(again, verdict=v.PRINTED, notes=(*again.notes, note))
    return None


def _find_factors(context: NetworkContext) -> Iterator[Expr]:
    """The irrational factors of the network's formulas, without their fractions."""
    for equation in context.forward.equations:
        for product in sorted(equation.rhs.atoms(Mul), key=str):
            number = Mul(*(a for a in product.args if a.is_number))
            factor = number.as_coeff_Mul()[1]
            if factor.is_irrational or factor.has(pi):
                yield factor


def _has_many_digits(node: SyntaxNode) -> bool:
    """Whether a node is a decimal with so many digits that it may be an irrational number's."""
    return isinstance(node, Numeral) and bool(node.value) and _measure_precision(node) <= COARSEST


def _measure_precision(node: Numeral) -> Fraction:
    """What the last digit of a decimal is worth, as a part of the number."""
    unit = Fraction(1) if node.unit is None else node.unit
    return max(unit / abs(node.value), DOUBLE)


def _match(node: SyntaxNode, factor: Expr) -> SyntaxNode | None:
    """The fraction of a factor that a decimal has the digits of; None where there is none."""
    assert isinstance(node, Numeral)
    precision = _measure_precision(node)
    whole = Rational(str(factor.evalf(PLACES)))
    exact = Fraction(int(whole.p), int(whole.q))
    most = isqrt(int(1 / (precision * CHANCE)))
    share = (node.value / exact).limit_denominator(max(1, most))
    if abs(share * exact - node.value) > precision * abs(node.value):
        return None
    return BinaryExpression("*", Numeral(share), _write(factor), span=node.span)


def _write(number: Expr) -> SyntaxNode:
    """A number of SymPy's as a formula of a claim."""
    if number == pi:
        return Identifier("pi")
    if isinstance(number, Rational):
        return Numeral(Fraction(int(number.p), int(number.q)))
    if isinstance(number, Pow):
        return Exponentiation(_write(number.base), _write(number.exp))
    if not isinstance(number, Mul):
        raise SymconvError(f"the number {number} is not written out")
    found: SyntaxNode = _write(number.args[0] if number.args else Integer(1))
    for factor in number.args[1:]:
        found = BinaryExpression("*", found, _write(factor))
    return found
