"""Sums of products on their way to one factor in front: multiplied out, moved out, factored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

from sympy import Add, Expr, Mul, Pow, Rational, S, Sum, gcd
from sympy.tensor.indexed import Indexed

from symconv.calculus.binders import free_indices, open_sum, product_factors, rebuild, sum_over

Powers = dict[Expr, Expr]


def multiply_out(expr: Expr) -> Expr:
    """a (b + c) = a b + a c, outside of sums."""
    if isinstance(expr, Add):
        return Add(*map(multiply_out, expr.args))
    if not isinstance(expr, Mul):
        return expr
    factors = product_factors(expr)
    opened = next((a for a in factors if isinstance(a, Add) and a.has(Sum)), None)
    if opened is None:
        return expr
    rest = Mul(*(a for a in factors if a is not opened))
    return Add(*(multiply_out(Mul(rest, a)) for a in opened.args))


def move_out(expr: Expr) -> Expr:
    """sum_m c f(m) = c sum_m f(m), for any c free of m."""
    if not expr.has(Sum):
        return expr
    if not isinstance(expr, Sum):
        return rebuild(expr, move_out)
    body, ranges = open_sum(expr)
    body, bound = move_out(body), {v for v, _ in ranges}
    free = [a for a in product_factors(body) if not free_indices(a) & bound]
    inside = Mul(*(a for a in product_factors(body) if a not in free))
    # A sum of 1 alone is a count, which is read more easily with its summand.
    return Mul(*free) * sum_over(inside, ranges) if inside != 1 else sum_over(body, ranges)


def take_common_factor(expr: Expr) -> Expr:
    """a b + a c = a (b + c), for all terms that have a, and for the largest a."""
    if not isinstance(expr, Add):
        return expr
    terms = [_powers(a) for a in expr.args]
    shared = _choose_shared(terms)
    inside = [n for n, (_, powers) in enumerate(terms) if shared is None or shared in powers]
    rest = [expr.args[n] for n in range(len(terms)) if n not in inside]
    return _add_apart(rest, _factored([terms[n] for n in inside]))


def _add_apart(rest: Sequence[Expr], factored: Expr) -> Expr:
    return Add(*rest, factored, evaluate=False) if rest else factored


def _powers(term: Expr) -> tuple[Rational, Powers]:
    """The number in front of a product, and its factors with their exponents."""
    number, factors = term.as_coeff_mul(rational=True)
    powers: Powers = {}
    for a in factors:
        base, exponent = a.as_base_exp() if isinstance(a, Pow) and a.exp.is_number else (a, S.One)
        powers[base] = powers.get(base, S.Zero) + exponent
    return cast("Rational", number), powers


def _choose_shared(terms: list[tuple[Rational, Powers]]) -> Expr | None:
    """The entry that most terms, at least two, have as a factor; None where there is none."""
    counted = Counter(base for _, powers in terms for base in powers if isinstance(base, Indexed))
    many = [(n, str(base), base) for base, n in counted.items() if n > 1]
    return min(many, key=lambda c: (-c[0], c[1]))[2] if many else None


def _factored(terms: list[tuple[Rational, Powers]]) -> Expr:
    """The product of what terms have in common, and the sum of what is left of each."""
    bases = dict.fromkeys(base for _, powers in terms for base in powers)
    common: Powers = {}
    for base in bases:
        least = min((powers.get(base, S.Zero) for _, powers in terms), key=float)
        if least != 0:
            common[base] = least
    number = gcd([n for n, _ in terms])
    if all(n < 0 for n, _ in terms):
        number = -number
    if number == 1 and not common:
        return Add(*(Mul(n, *(b**e for b, e in powers.items())) for n, powers in terms))
    left = [
        Mul(n / number, *(b ** (powers.get(b, S.Zero) - common.get(b, S.Zero)) for b in bases))
        for n, powers in terms
    ]
    front = Mul(number, *(base**e for base, e in common.items()))
    # SymPy multiplies a number into a sum by itself.
    return Mul(front, Add(*left), evaluate=not front.is_Number)
