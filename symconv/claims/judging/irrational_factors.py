r"""Decimals for numbers of the network that have no end: 0.7978845608 for sqrt(2/pi).

A program cannot hold such a number, and its decimals are what was meant, to the digits that it has.
A decimal is taken for a fraction times the irrational factor of a formula of the network where all
of its digits agree and the fraction is so simple that this is no chance. Another factor may be a
number of the network: 0.0356774081 for 0.044715 sqrt(2/pi), or 0.333333333 for a third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import isqrt

from sympy import Expr, Integer, Mul, Pow, Rational, pi

from symconv.claims.evaluation.decimals import OFF, classify_printed
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

Number = tuple[Fraction, Expr]
"""A fraction and what it is multiplied by."""

COARSEST = Fraction(1, 10**6)
"""Fewer than seven digits are a rounded number, which is another one: 0.8 is not sqrt(2/pi)."""

DOUBLE = Fraction(1, 2**52)
"""How far the last digit of a double is from the one before, as a part of the number."""

CHANCE = 1_000
"""A fraction fits by chance less than once in so many decimals: that bounds its denominator."""

MOST_CONSTANTS = 8
"""How many numbers of the network may be a factor: each is one more chance of a fit, and whatever
fits is judged as what it is taken for."""

PLACES = 40
"""With how many digits the factors of the network are compared."""


def try_irrational_factors(
    statement: Statement, context: NetworkContext, judge: Callable[..., Verdict]
) -> Verdict | None:
    """Right, if decimals stand for the irrational numbers whose digits they have? None if not."""
    decimals = [n for part in statement.parts for n in part.walk() if _has_many_digits(n)]
    if not decimals:
        return None
    numbers = list(dict.fromkeys(_find_numbers(context)))
    table: dict[SyntaxNode, SyntaxNode] = {}
    named: list[Number] = []
    for node in decimals:
        found = next(((e, n) for n in numbers if (e := _match(node, *n)) is not None), None)
        if found is not None:
            table[node] = found[0]
            named.append(found[1])
    if not table:
        return None
    parts = tuple(replace_nodes(p, table) for p in statement.parts)
    with suppress(SymconvError, Undefined, OverBudget):
        again = judge(replace(statement, parts=parts), brief=True)
        if again:
            note = f"the decimals are those of {_name_numbers(named)}"
            return replace(again, verdict=v.PRINTED, notes=(*again.notes, note))
    return None


def _name_numbers(named: Sequence[Number]) -> str:
    """`irrational numbers of the network: sqrt(2)/sqrt(pi)`."""
    kind = "numbers" if any(factor == 1 for _, factor in named) else "irrational numbers"
    names = dict.fromkeys(str(c if factor == 1 else factor) for c, factor in named)
    return f"{kind} of the network: {', '.join(names)}"


def _find_numbers(context: NetworkContext) -> Iterator[Number]:
    """A fraction of the network's formulas, or 1, and an irrational factor of them, or 1.

    Of two that fit the simpler one comes first.
    """
    factors = list(dict.fromkeys(_find_factors(context)))
    constants = list(dict.fromkeys(_find_fractions(context)))[:MOST_CONSTANTS]
    yield from ((Fraction(1), f) for f in factors)
    yield from ((c, f) for c in constants for f in factors)
    # A decimal that ends is the number itself.
    yield from ((c, Integer(1)) for c in constants if not _ends(c))


def _ends(number: Fraction) -> bool:
    """Whether a fraction has finitely many decimals."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _find_factors(context: NetworkContext) -> Iterator[Expr]:
    """The irrational factors of the network's formulas, without their fractions."""
    for equation in context.forward.equations:
        for product in sorted(equation.rhs.atoms(Mul), key=str):
            number = Mul(*(a for a in product.args if a.is_number))
            factor = number.as_coeff_Mul()[1]
            if factor.is_irrational or factor.has(pi):
                yield factor


def _find_fractions(context: NetworkContext) -> Iterator[Fraction]:
    """The fractions in the products of the network's formulas."""
    for equation in context.forward.equations:
        for product in sorted(equation.rhs.atoms(Mul), key=str):
            share = product.as_coeff_Mul()[0]
            if share.is_Rational and not share.is_Integer:
                yield abs(Fraction(int(share.p), int(share.q)))


def _has_many_digits(node: SyntaxNode) -> bool:
    """Whether a node is a decimal with so many digits that it may be an irrational number's."""
    return isinstance(node, Numeral) and bool(node.value) and _measure_precision(node) <= COARSEST


def _measure_precision(node: Numeral) -> Fraction:
    """What the last digit of a decimal is worth, as a part of the number."""
    unit = Fraction(1) if node.unit is None else node.unit
    return max(unit / abs(node.value), DOUBLE)


def _match(node: SyntaxNode, constant: Fraction, factor: Expr) -> SyntaxNode | None:
    """A fraction times both factors that a decimal has the digits of; None where there is none."""
    assert isinstance(node, Numeral)
    precision = _measure_precision(node)
    whole = Rational(str(factor.evalf(PLACES)))
    exact = constant * Fraction(int(whole.p), int(whole.q))
    most = isqrt(int(1 / (precision * CHANCE)))
    share = (node.value / exact).limit_denominator(max(1, most))
    if not _has_digits_of(node, share * exact):
        return None
    return BinaryExpression("*", Numeral(share * constant), _write(factor), span=node.span)


def _has_digits_of(node: Numeral, exact: Fraction) -> bool:
    """Whether a decimal is a number rounded, or cut off, or the double next to it."""
    if classify_printed(node, exact) != OFF:
        return True
    return abs(exact - node.value) <= DOUBLE * abs(node.value)


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
