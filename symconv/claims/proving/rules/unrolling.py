"""Sums over numbers, written out: with numbers as sizes every form is a polynomial in entries.

For networks whose sizes are numbers alone. Every value of the free indices and every value of the
bound ones is put in; what is left is compared entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil, floor, prod

from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.index_forms import IndexForm, make_constant
from symconv.claims.proving.forms.size_polynomials import Coefficient, SizePolynomial
from symconv.claims.proving.forms.terms import (
    INDEX_VALUE,
    Form,
    FunctionFactor,
    Term,
    limit_index,
    put_indices,
)

from .brackets import bounds_of
from .normal_form import write_function

MOST_CASES = 64
"""For how many values of the free indices a claim is written out: the pixels of an 8 x 8 image."""


MOST_WRITTEN = 8
"""How long an axis may be to be written out among open sizes: longer kernels are seldom."""


class Unrolling:
    """Writes the sums of a form out; `around` is at least 0 at every value of the free indices."""

    def __init__(self, budget: ProofBudget) -> None:
        self.budget = budget

    def is_zero(self, form: Form, around: Sequence[IndexForm]) -> bool:
        """Whether a form is 0 at all values of its free indices."""
        bound = {b for t in form for b in _all_bound(t)}
        used = {n for t in form for e in t.index_forms() for n in e.slopes} - bound
        names = sorted(used)
        spans = [self._span(name, around) for name in names]
        if prod(map(len, spans)) > MOST_CASES:
            return False
        for values in product(*spans):
            put = {n: make_constant(v) for n, v in zip(names, values, strict=True)}
            inside = [e.put(put) for e in around if e.slopes.keys() <= put.keys()]
            if not all(_is_nonnegative(e.constant) for e in inside):
                continue
            if self.unroll(tuple([put_indices(t, put) for t in form])):
                return False
        return True

    def _span(self, name: str, forms: Sequence[IndexForm]) -> range:
        low, high = find_span(name, forms)
        if low is None or high is None:
            raise NotProvedError("a free index without a range")
        return range(low, high + 1)

    def unroll(self, form: Form) -> dict[str, Coefficient]:
        """The coefficient of every product of entries that is left."""
        found: dict[str, Coefficient] = {}
        for term in form:
            for ground in self._ground(term):
                key = " ".join([*sorted(map(str, ground.accesses)), *self._functions(ground)])
                total = found.get(key, 0) + ground.coefficient
                if total:
                    found[key] = total
                else:
                    found.pop(key, None)
        return found

    def _functions(self, term: Term) -> list[str]:
        found = []
        for function in term.functions:
            inner = self.unroll(function.argument)
            parts = sorted(f"{c} {key}" for key, c in inner.items())
            found.append(write_function(FunctionFactor(function.name, ())) + " + ".join(parts))
        return sorted(found)

    def _ground(self, term: Term) -> Iterator[Term]:
        """The term at every value of its bound indices at which it is not 0."""
        self.budget.spend()
        left = self._drop_constant(term)
        if left is None:
            return
        if not left.bound:
            if left.brackets():
                raise NotProvedError("a bracket that has no value")
            yield _put_index_numbers(left)
            return
        name, values = self._choose(left)
        rest = tuple([b for b in left.bound if b != name])
        for value in values:
            put = {name: make_constant(value)}
            opened = put_indices(replace(left, bound=()), put)
            yield from self._ground(replace(opened, bound=rest))

    def _drop_constant(self, term: Term) -> Term | None:
        """The term without the brackets that hold; None where it is 0."""
        for forms, holds in (
            (term.nonnegative, _is_nonnegative),
            (term.zero, _is_zero),
            (term.whole, _is_whole),
        ):
            if not all(e.slopes or holds(e.constant) for e in forms):
                return None
        for access in term.accesses:
            for index, extent in access.axes():
                ends = limit_index(index, extent)
                if not index.slopes and not (
                    _is_whole(index.constant) and all(_is_nonnegative(e.constant) for e in ends)
                ):
                    return None
        return replace(
            term,
            nonnegative=tuple([e for e in term.nonnegative if e.slopes]),
            zero=tuple([e for e in term.zero if e.slopes]),
            whole=tuple([e for e in term.whole if e.slopes]),
        )

    def _choose(self, term: Term) -> tuple[str, Sequence[int]]:
        """The bound index with the fewest values, and these."""
        for form in term.zero:
            if len(form.slopes) == 1:
                ((name, slope),) = form.slopes.items()
                value = Fraction(form.constant) / slope * -1  # type: ignore[arg-type,operator]
                return name, [int(value)] if value.denominator == 1 else []
        sides = (*term.nonnegative, *bounds_of(term.accesses))
        best: tuple[str, range] | None = None
        for name in term.bound:
            low, high = find_span(name, sides)
            if low is not None and high is not None:
                span = range(low, high + 1)
                if best is None or len(span) < len(best[1]):
                    best = name, span
        if best is None:
            raise NotProvedError("a sum without limits")
        return best


def _put_index_numbers(term: Term) -> Term:
    """The term with the indices that stand as numbers multiplied into its coefficient."""
    numbers = [a for a in term.accesses if a.key == INDEX_VALUE]
    kept = tuple([a for a in term.accesses if a.key != INDEX_VALUE])
    coefficient = term.coefficient
    for factor in numbers:
        coefficient = coefficient * factor.indices[0].constant
    return replace(term, coefficient=coefficient, accesses=kept)


def _is_nonnegative(value: Coefficient) -> bool:
    return not isinstance(value, SizePolynomial) and value >= 0


def _is_zero(value: Coefficient) -> bool:
    return not value


def _is_whole(value: Coefficient) -> bool:
    return isinstance(value, int)


def write_out(form: Form) -> Form | None:
    """A form with the sums over short axes written out; None where there are none.

    T[e] is the sum over v of [e = v] T[v], for every v within the axis. This is for the numbers
    within a network of open sizes, such as a kernel of three weights.
    """
    found: list[Term] = []
    for term in form:
        short = {
            index: extent
            for access in term.accesses
            for index, extent in access.axes()
            if isinstance(extent, int) and 1 < extent <= MOST_WRITTEN and _moves(index, term)
        }
        places = [[e.shift(-v) for v in range(extent)] for e, extent in short.items()]
        if prod(map(len, places)) > MOST_CASES:
            raise NotProvedError("too many terms to write out")
        found += [replace(term, zero=(*term.zero, *choice)) for choice in product(*places)]
    return tuple(found) if len(found) > len(form) else None


def _moves(index: IndexForm, term: Term) -> bool:
    return any(n in index.slopes for n in term.bound)


def find_span(name: str, forms: Sequence[IndexForm]) -> tuple[int | None, int | None]:
    """The least and the greatest value of an index that forms of it alone allow."""
    low: int | None = None
    high: int | None = None
    for form in forms:
        if len(form.slopes) != 1 or name not in form.slopes:
            continue
        slope, constant = form.slopes[name], form.constant
        if isinstance(slope, SizePolynomial) or isinstance(constant, SizePolynomial):
            continue
        end = Fraction(constant) / slope * -1
        if slope > 0:
            low = ceil(end) if low is None else max(low, ceil(end))
        else:
            high = floor(end) if high is None else min(high, floor(end))
    return low, high


def _all_bound(term: Term) -> Iterator[str]:
    yield from term.bound
    for function in term.functions:
        for inner in function.argument:
            yield from _all_bound(inner)
