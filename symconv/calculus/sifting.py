"""Sifting: a sum over a variable that a bracket fixes, and the bracket that is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sympy import Expr, KroneckerDelta, Mul, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Ranges
from symconv.core.nodes import Box

from .affine import always_inside, solve
from .binders import free_indices, product_factors, substitute_indices
from .sums import SumTerm

Choice = Callable[[Expr, Ranges], Symbol | None]


@dataclass(frozen=True)
class Sifting:
    """Uses up the brackets of a term; `free` are the ranges of the formula's free indices."""

    free: Ranges

    def rename(self, term: SumTerm) -> SumTerm:
        """sum_v f(v) [v = q] = f(q) [0 <= q < n], for q free of the summed variables."""
        return self._all(term, _choose_lone_variable)

    def sift(self, term: SumTerm) -> SumTerm:
        """sum_v f(v) [a = c v + r] = f((a - r)/c) [(a - r)/c is an integer in 0..n-1]."""
        return self._all(term, _choose_largest_variable)

    def _all(self, term: SumTerm, choose: Choice) -> SumTerm:
        # Solving one bracket changes the others, so the search starts again after each. By their
        # text, so that the steps do not hang on SymPy's own order of factors.
        for bracket in sorted(_brackets(term.body), key=str):
            variable = choose(bracket, term.ranges)
            if variable is not None:
                return self._all(self._eliminate(term, bracket, variable), choose)
        return term

    def _eliminate(self, term: SumTerm, bracket: Expr, variable: Symbol) -> SumTerm:
        """Put in the solution of the bracket; its range stays as a bracket unless it is implied."""
        extent = dict(term.ranges)[variable]
        left, right = bracket.args
        value = solve(cast("Expr", left), cast("Expr", right), variable)
        rest = Mul(*(a for a in product_factors(term.body) if a != bracket))
        ranges = tuple((v, n) for v, n in term.ranges if v != variable)
        body = substitute_indices(rest, {variable: value})
        # Outside 0 .. n-1, and between integers where c v = a - r has no integer solution, the sum
        # has no term: the bracket that says so may go only where that never happens.
        if always_inside(value, extent, (*ranges, *self.free)):
            return SumTerm(body, ranges)
        return SumTerm(Mul(body, Box(value, extent)), ranges)


def _brackets(body: Expr) -> list[Expr]:
    return [a for a in product_factors(body) if isinstance(a, KroneckerDelta)]


def _choose_lone_variable(bracket: Expr, ranges: Ranges) -> Symbol | None:
    """v of a bracket [v = q] in which no other summed variable occurs."""
    inside = [v for v, _ in ranges if v in free_indices(bracket)]
    return inside[0] if len(inside) == 1 and inside[0] in bracket.args else None


def _choose_largest_variable(bracket: Expr, ranges: Ranges) -> Symbol | None:
    """The variable whose removal saves the most: the largest extent, the outermost among equals."""
    inside = [(v, n) for v, n in ranges if v in free_indices(bracket)]
    # The sum over the kernel and the sum over the image are the same formula, but the one over the
    # kernel is what can be computed: 0.5 against 126 ms for a layer of 16 maps of 24 x 24.
    best = inside[0] if inside else None
    for v, n in inside[1:]:
        # None, where the extents cannot be compared, leaves the outermost one.
        if best and (n - best[1]).is_positive:
            best = (v, n)
    return best[0] if best else None


def absorb_brackets(term: SumTerm) -> SumTerm:
    """[e in range n] T[.., e, ..] = T[.., e, ..], where that axis of T has extent n."""
    parts = product_factors(term.body)
    accesses = [a for a in parts if isinstance(a, Indexed)]
    # The one convention at work: T is absent, hence 0, outside its bounds and between integers, so
    # its access says all that the bracket says. That is why no formula needs a case for padding,
    # borders or a stride that does not divide.
    kept = [a for a in parts if not (isinstance(a, Box) and any(_covers(t, a) for t in accesses))]
    return SumTerm(Mul(*kept), term.ranges)


def _covers(access: Indexed, box: Box) -> bool:
    """Whether the access is absent wherever the bracket is 0."""
    axes = zip(access.indices, access.base.shape, strict=True)
    return any(expand(e - box.place) == 0 and n == box.extent for e, n in axes)
