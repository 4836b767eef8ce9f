"""Polynomial programs: drawn from a large set, random entries bound the error of a comparison.

A polynomial of degree d that is not zero vanishes at a point drawn uniformly from S^n with
probability at most d/|S| (J. T. Schwartz, Fast probabilistic algorithms for verification of
polynomial identities, J. ACM 27, 1980). Both sides of a comparison are polynomials in the entries,
so a wrong one passes at most that often, for the sizes that were tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from typing import cast

from sympy import Add, Expr, Function, KroneckerDelta, Mul, Pow
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, Partial
from symconv.core.tensor import key_of
from symconv.semantics.algebra import Exact

from .evaluation_point import EvaluationPoint

SPREAD = 2**40
"""From how many integers the entries of a polynomial program are drawn."""


def is_polynomial(program: Program) -> bool:
    """Whether every entry is a polynomial in the given ones."""
    return not any(
        e.rhs.has(MaxOver, LogSumExp, OneHot) or _applies_function(e.rhs) or _divides(e.rhs)
        for e in program.equations
    )


def _applies_function(e: Expr) -> bool:
    """Whether a function or a bracket asks for an entry; one that asks for indices is a number."""
    functions = [f for f in e.atoms(Function) if not isinstance(f, KroneckerDelta)]
    return bool(functions) or any(b.has(Indexed) for b in e.atoms(Box, Equals, KroneckerDelta))


def _divides(e: Expr) -> bool:
    """Whether an entry stands under a root or a fraction line."""
    powers = [p for p in e.atoms(Pow) if p.has(Indexed)]
    return any(not p.exp.is_Integer or p.exp.is_negative for p in powers)


def tensor_degrees(program: Program) -> dict[str, int]:
    """The degree of every computed tensor, as a polynomial in the given entries, by key."""
    known: dict[str, int] = {}
    for e in program.equations:
        known[e.key] = max(known.get(e.key, 0), degree_bound(e.rhs, known))
    return known


def degree_bound(e: Expr, known: Mapping[str, int]) -> int:
    """At most this is the degree of a formula; entries of unknown tensors have degree 1."""
    if isinstance(e, Indexed):
        return known.get(key_of(e), 1)
    if isinstance(e, Pow) and e.exp.is_Integer:
        return int(e.exp) * degree_bound(e.base, known)
    if isinstance(e, ExprWithLimits | Partial):
        return degree_bound(cast("Expr", e.args[0]), known)
    if isinstance(e, Add | Mul):
        below = [degree_bound(a, known) for a in e.args]
        return max(below) if isinstance(e, Add) else sum(below)
    return 0


def _round_up(p: float) -> str:
    """The next number above with one digit: 3.2e-12 becomes 4e-12."""
    power = floor(log10(p))
    return f"{floor(p / 10.0**power) + 1}e{power}"


EXACT = "exact at these points"
DIGITS = "floating point, to 9 digits"


@dataclass(frozen=True)
class ComparisonBound:
    """The error bound of comparisons on some trials of one program."""

    made: Sequence[EvaluationPoint]

    def text(self, formulas: Iterable[Expr] = ()) -> str:
        """In words, for the equations of the program and for further formulas of it."""
        if not self.made:
            return ""
        if not isinstance(self.made[0].algebra, Exact):
            return DIGITS
        chance = self._bound.text(formulas)
        return f"exact, {chance}" if chance else EXACT

    @cached_property
    def _bound(self) -> ErrorBound:
        return ErrorBound(self.made[0].program)


@dataclass(frozen=True)
class ErrorBound:
    """How likely a wrong formula of a program passes at a random point."""

    program: Program

    def text(self, formulas: Iterable[Expr] = ()) -> str:
        """In words, for the program and further formulas of it; empty where there is no bound.

        Two degrees are added for the random directions and deltas that a check multiplies with.
        """
        if self._degrees is None:
            return ""
        known = self._degrees
        highest = max([self._highest, *(degree_bound(f, known) for f in formulas)])
        # Schwartz and Zippel: a polynomial of degree d that is not 0 is 0 at a random point of S^n
        # with probability d/|S| at most.
        return f"misses an error with p < {_round_up((highest + 2) / SPREAD)}"

    @cached_property
    def _degrees(self) -> dict[str, int] | None:
        return tensor_degrees(self.program) if is_polynomial(self.program) else None

    @cached_property
    def _highest(self) -> int:
        return max((self._degrees or {}).values(), default=1)
