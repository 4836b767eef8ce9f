"""Roots of numbers in one normal form: sqrt(2/pi) is sqrt(2)/sqrt(pi), and sqrt(8) is 2 sqrt(2).

A root has two signs in the fields in which claims are tried, and each root of its own chooses one;
the roots of a network's constants are those that SymPy writes, so a claim's are brought to these.
"""

from __future__ import annotations

from fractions import Fraction

import sympy

from .syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    Identifier,
    Numeral,
    SyntaxNode,
    UnaryMinus,
)

ROOT = sympy.Rational(1, 2)
"""The exponent of a square root."""

LARGEST = 10**9
"""Numbers beyond are left as they are: to take squares out of them they have to be factored."""


def normalize_constant_root(node: SyntaxNode) -> SyntaxNode | None:
    """The root of a positive constant in its normal form; None where it is in it, or is none."""
    found = _fold(node)
    if found is None or not found.is_positive:
        return None
    normal = _unfold(found)
    return None if normal == node else normal


def _fold(node: SyntaxNode) -> sympy.Expr | None:  # noqa: PLR0911 - a case for each kind of node
    """A formula of whole numbers, pi, products, quotients and roots as an expression."""
    match node:
        case Numeral(value=value) if max(abs(value.numerator), value.denominator) <= LARGEST:
            return sympy.Rational(value.numerator, value.denominator)
        case Identifier(name="pi"):
            return sympy.pi
        case UnaryMinus(body=body):
            return _multiply_folded(sympy.Integer(-1), _fold(body), "*")
        case FunctionCall(function="sqrt", arguments=(inside,)):
            return _raise(_fold(inside), ROOT)
        case Exponentiation(base=base, exponent=exponent):
            return _raise(_fold(base), _fold(exponent))
        case BinaryExpression(operator="*" | "" | "/" as operator, left=left, right=right):
            return _multiply_folded(_fold(left), _fold(right), operator)
    return None


def _multiply_folded(
    left: sympy.Expr | None, right: sympy.Expr | None, operator: str
) -> sympy.Expr | None:
    """The product or quotient of two numbers; None where there are none, or a division by 0."""
    if left is None or right is None or not right:
        return None
    return left / right if operator == "/" else left * right


def _raise(base: sympy.Expr | None, power: sympy.Expr | None) -> sympy.Expr | None:
    """The root of a positive number, or one divided by it; None where it is no root."""
    is_root = power is not None and abs(power) == ROOT
    return base**power if is_root and base is not None and base.is_positive else None


def _unfold(e: sympy.Expr) -> SyntaxNode:
    """An expression as a formula: a number, roots of whole numbers and of pi."""
    above: list[SyntaxNode] = []
    below: list[SyntaxNode] = []
    for factor in sympy.Mul.make_args(e):
        base, exponent = factor.as_base_exp()
        power = _as_fraction(exponent)
        if base.is_Rational and power == 1:
            above.append(Numeral(_as_fraction(base)))
            continue
        one: SyntaxNode = Identifier("pi") if base == sympy.pi else Numeral(_as_fraction(base))
        if power.denominator != 1:
            one = FunctionCall("sqrt", (one,))
        if abs(power.numerator) != 1:
            one = Exponentiation(one, Numeral(Fraction(abs(power.numerator))))
        (above if power > 0 else below).append(one)
    return _divide(_multiply(above), below)


def _as_fraction(e: sympy.Expr) -> Fraction:
    above, below = e.as_numer_denom()
    return Fraction(int(above), int(below))


def _multiply(factors: list[SyntaxNode]) -> SyntaxNode:
    found = factors[0] if factors else Numeral(Fraction(1))
    for factor in factors[1:]:
        found = BinaryExpression("*", found, factor)
    return found


def _divide(found: SyntaxNode, divisors: list[SyntaxNode]) -> SyntaxNode:
    for divisor in divisors:
        found = BinaryExpression("/", found, divisor)
    return found
