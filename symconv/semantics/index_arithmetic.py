"""Index expressions as integer arithmetic.

Every index of the language is affine in the index variables once the sizes are numbers. It is
turned into a closure over the list of index values; an index that is not an integer reads as None,
which is in bounds of nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import lcm
from operator import itemgetter
from typing import Any, cast

from sympy import Add, Basic, Expr, Integer, Mul, Pow, Rational, Symbol

from symconv.core.errors import SymconvError, Unsupported

Sizes = Mapping[Symbol, int]
Slots = Mapping[Symbol, int]
Environment = list[int]
Place = tuple[int, ...]
Read = Callable[[Environment], Any]

FORMULAS = 8192
"""Of how many formulas it is remembered what SymPy says of them, and how their indices are read.

A program is run in dozens of draws, and its formulas are asked the same each time; LeNet-5, forward
and backward, has 600 of them with all their parts.
"""


@lru_cache(maxsize=FORMULAS)
def find_free_symbols(e: Basic) -> frozenset[Symbol]:
    """The free symbols of a formula, found once: SymPy goes through all of it each time."""
    return cast("frozenset[Symbol]", frozenset(e.free_symbols))


@dataclass(frozen=True)
class SlotExpression:
    """constant + the sum of coefficient * (value in slot), with rational numbers."""

    constant: Fraction = Fraction(0)
    terms: Mapping[int, Fraction] = field(default_factory=dict)

    def __add__(self, other: SlotExpression) -> SlotExpression:
        slots = {**self.terms, **other.terms}
        terms = {s: self.terms.get(s, Fraction(0)) + other.terms.get(s, Fraction(0)) for s in slots}
        return SlotExpression(self.constant + other.constant, {s: c for s, c in terms.items() if c})

    def times(self, factor: Fraction) -> SlotExpression:
        """The form multiplied by a number."""
        terms = {s: c * factor for s, c in self.terms.items() if factor}
        return SlotExpression(self.constant * factor, terms)


def affine_in_slots(e: Basic, sizes: Sizes, slots: Slots) -> SlotExpression:
    """An index expression as an affine form in the slots of its variables."""
    if isinstance(e, Symbol):
        return (
            SlotExpression(terms={slots[e]: Fraction(1)})
            if e in slots
            else SlotExpression(_look_up_size(e, sizes))
        )
    if isinstance(e, Rational):
        return SlotExpression(Fraction(int(e.p), int(e.q)))
    forms = [affine_in_slots(a, sizes, slots) for a in e.args]
    if isinstance(e, Add):
        return sum(forms, SlotExpression())
    if isinstance(e, Mul):
        return _multiply_affine(e, forms)
    if isinstance(e, Pow) and not any(f.terms for f in forms):
        return SlotExpression(Fraction(forms[0].constant ** forms[1].constant))
    raise Unsupported(f"the index expression '{e}' is not affine")


def _look_up_size(symbol: Symbol, sizes: Sizes) -> Fraction:
    if symbol not in sizes:
        raise SymconvError(
            f"the size '{symbol}' has no value",
            help=f"sizes with a value: {', '.join(sorted(map(str, sizes))) or 'none'}",
        )
    return Fraction(sizes[symbol])


def _multiply_affine(e: Expr, forms: Sequence[SlotExpression]) -> SlotExpression:
    """A product of affine forms, at most one of which may hold a variable."""
    result = SlotExpression(Fraction(1))
    for form in forms:
        if result.terms and form.terms:
            raise Unsupported(f"the index expression '{e}' is not affine")
        result = form.times(result.constant) if form.terms else result.times(form.constant)
    return result


def evaluate_size(e: Expr, sizes: Sizes) -> Fraction:
    """The value of an expression in sizes alone."""
    return affine_in_slots(e, sizes, {}).constant


def as_integer(e: Expr, sizes: Sizes) -> int:
    """The value of an extent or of a limit, which must be an integer."""
    if isinstance(e, Integer):
        return int(e.p)
    value = evaluate_size(e, sizes)
    if value.denominator != 1:
        raise SymconvError(f"the size '{e}' is {value}, which is not an integer")
    return value.numerator


def compile_index(form: SlotExpression) -> Read:
    """The closure that reads an affine form; None where its value is not an integer."""
    # Whole numbers only at run time: (u + p - 2 m)/3 is one integer numerator, and a `divmod` that
    # says whether it is an integer.
    scale = lcm(form.constant.denominator, *(c.denominator for c in form.terms.values()))
    constant = int(form.constant * scale)
    terms = [(s, int(c * scale)) for s, c in sorted(form.terms.items())]
    numerator = _compile_numerator(constant, terms)
    if scale == 1:
        return numerator

    def divided(environment: Environment) -> int | None:
        quotient, remainder = divmod(numerator(environment), scale)
        return None if remainder else quotient

    return divided


def _compile_numerator(constant: int, terms: Sequence[tuple[int, int]]) -> Read:
    if not terms:
        return lambda _: constant
    (a, p), *rest = terms
    if not rest:
        # Indices are what an interpreter spends its time on. Closures for one and two terms, and
        # below for up to four axes, took the check of a derivation from 45 s (substituting in
        # SymPy) to 1 s.
        return itemgetter(a) if (constant, p) == (0, 1) else lambda v: constant + p * v[a]
    if len(rest) == 1:
        ((b, q),) = rest
        return lambda v: constant + p * v[a] + q * v[b]
    return lambda v: constant + sum([c * v[s] for s, c in terms])


Meanings = tuple[tuple[Symbol, int | None, int | None], ...]
"""Each symbol of an index expression with its slot and with its size, as far as it has them."""


def compile_place(indices: Sequence[Expr], sizes: Sizes, slots: Slots) -> Read:
    """The closure that reads all indices of an access as one tuple."""
    symbols = {s for e in indices for s in find_free_symbols(e)}
    known = tuple((s, slots.get(s), sizes.get(s)) for s in sorted(symbols, key=id))
    if any(slot is None and size is None for _, slot, size in known):
        # What is wrong with it is said with all the sizes that there are.
        return _join_reads([compile_index(affine_in_slots(e, sizes, slots)) for e in indices])
    return _compile_known_place(tuple(indices), known)


@lru_cache(maxsize=FORMULAS)
def _compile_known_place(indices: tuple[Expr, ...], known: Meanings) -> Read:
    """The closure, made once for the same indices in the same slots: it holds nothing else."""
    slots = {s: slot for s, slot, _ in known if slot is not None}
    sizes = {s: size for s, _, size in known if size is not None}
    return _join_reads([compile_index(affine_in_slots(e, sizes, slots)) for e in indices])


def _join_reads(reads: list[Read]) -> Read:
    """The closure that reads each index into one tuple."""
    match reads:
        case [r]:
            return lambda v: (r(v),)
        case [r, s]:
            return lambda v: (r(v), s(v))
        case [r, s, t]:
            return lambda v: (r(v), s(v), t(v))
        case [r, s, t, u]:
            return lambda v: (r(v), s(v), t(v), u(v))
        case _:
            return lambda v: tuple([r(v) for r in reads])
