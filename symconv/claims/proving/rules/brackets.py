"""The rules for brackets: an equation is solved, an inequality that follows from others is dropped.

sum_m [m = e] f(m)           = [e is an integer] f(e)
[s q + r >= 0]               = [q >= 0]                  where 0 <= r < s
[e >= 0] [-e >= 0]           = [e = 0]
sum_m [m >= a] [b >= m]      = b - a + 1                 where that is at least 0
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor, gcd, lcm

from symconv.claims.proving.forms.affine_forms import AffineForm
from symconv.claims.proving.forms.budget import Budget, NotProvedError
from .inequalities import KnownForms, follows
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import (
    Coefficient,
    make_coefficient,
    make_letter,
    multiply_monomials,
    terms_of,
)
from symconv.claims.proving.forms.terms import Access, Term, limit_index, put_indices


class BracketRules:
    """The rules, for the sizes of one network; `around` is at least 0 wherever a term matters."""

    def __init__(self, sizes: SizeFacts, budget: Budget) -> None:
        self.sizes = sizes
        self.budget = budget

    def simplify(self, term: Term, around: Sequence[AffineForm]) -> Term | None:
        """The term with no bracket that can be solved or dropped; None where it is 0."""
        while True:
            self.budget.spend(1 + len(term.accesses))
            if self.is_absent(term):
                return None
            found = self.solve_equations(self.enter_single_entries(term))
            if found is None:
                return None
            solved = self.drop_integers(found)
            if solved is None:
                return None
            known = (*around, *bounds_of(solved.accesses))
            found = self.drop_inequalities(solved, known)
            if found is None or not found.zero or found.zero == solved.zero:
                return found
            term = found

    def is_absent(self, term: Term) -> bool:
        """Whether an entry of a fixed place lies outside of its tensor."""
        for access in term.accesses:
            for index, extent in zip(access.indices, access.shape, strict=True):
                if index.slopes:
                    continue
                place = index.constant
                if isinstance(place, Fraction) or self.sizes.nonnegative(place * -1 + -1):
                    return True
                if self.sizes.nonnegative(place + extent * -1):
                    return True
        return False

    # ---- equations

    def enter_single_entries(self, term: Term) -> Term:
        """An axis of one entry has the index 0."""
        if not any(1 in a.shape for a in term.accesses):
            return term
        accesses, zero = [], list(term.zero)
        for access in term.accesses:
            indices = list(access.indices)
            for n, (extent, index) in enumerate(zip(access.shape, access.indices, strict=True)):
                if extent == 1 and (index.slopes or index.constant):
                    zero.append(index)
                    indices[n] = AffineForm({}, 0)
            accesses.append(access._replace(indices=tuple(indices)))
        return replace(term, accesses=tuple(accesses), zero=tuple(zero))

    def solve_equations(self, term: Term) -> Term | None:
        """Every bracket [e = 0] solved for an index that the term binds, or else for a free one."""
        if not term.zero:
            return term
        waiting, kept = list(term.zero), list[AffineForm]()
        # Those with a bound index first: they go, and what is left is said of free indices alone.
        for binding in (True, False):
            left = list[AffineForm]()
            while waiting:
                form = waiting.pop(0)
                self.budget.spend()
                if not form.slopes:
                    if form.constant and self.sizes.nonzero(form.constant):
                        return None
                    if form.constant:
                        kept.append(form)
                    continue
                name, inverse = self._choose_unknown(form, term.bound, binding=binding)
                if not name:
                    left.append(form)
                    continue
                values = {name: form.solve(name, inverse)}
                unbound = tuple(n for n in term.bound if n != name)
                # Unbound while the value is put in: what it is made of is bound here, too.
                opened = put_indices(replace(term, zero=(), bound=()), values)
                term = replace(opened, bound=unbound)
                waiting = [e.put(values) for e in waiting]
                left = [e.put(values) for e in left]
                kept = [e.put(values) for e in kept]
                if binding and not values[name].whole:
                    term = replace(term, whole=(*term.whole, values[name]))
                if not binding:
                    kept.append(AffineForm({name: 1}, 0) - values[name])
            waiting = left
        kept += [scale_to_first(e) for e in waiting]
        return replace(term, zero=tuple(dict.fromkeys(kept)))

    def _choose_unknown(
        self, form: AffineForm, bound: Sequence[str], *, binding: bool
    ) -> tuple[str, Coefficient]:
        """The index that an equation is solved for, and 1 / its slope; "" where there is none."""
        if not binding:
            for name in sorted(form.slopes):
                if form.slopes[name] in (1, -1) and name not in bound:
                    return name, form.slopes[name]
            return "", 0
        mine = [n for n in bound if n in form.slopes]
        for name in mine:
            if form.slopes[name] in (1, -1):
                return name, form.slopes[name]
        for name in mine:
            if self.sizes.nonzero(form.slopes[name]):
                return name, self.sizes.invert(form.slopes[name])
        return "", 0

    # ---- integers

    def drop_integers(self, term: Term) -> Term | None:
        """Without the brackets [e is an integer] that hold anyway; None where one never holds."""
        if not term.whole:
            return term
        read = [e for a in term.accesses for e in a.indices if not e.whole]
        kept: list[AffineForm] = []
        for form in term.whole:
            rest = keep_fractions(form)
            if not rest.slopes and not rest.constant:
                continue
            # An access is 0 unless its index is an integer, so what differs from it by one is one.
            if any((form - e).whole or (form + e).whole for e in (*read, *kept)):
                continue
            if not rest.slopes and isinstance(rest.constant, Fraction):
                return None
            kept.append(min(rest, keep_fractions(form.scale(-1)), key=str))
        return replace(term, whole=tuple(kept))

    # ---- inequalities

    def drop_inequalities(self, term: Term, around: Sequence[AffineForm]) -> Term | None:
        """Without the brackets [e >= 0] that follow from others; None where one never holds."""
        known = KnownForms(around)
        waiting: list[AffineForm] = []
        for form in dict.fromkeys(term.nonnegative):
            if not follows(form, known, self.sizes, self.budget):
                waiting.append(self.tighten(form, known))
        waiting = list(dict.fromkeys(waiting))
        waiting = [e for e in waiting if not follows(e, known, self.sizes, self.budget)]
        if any(not e.slopes and self.sizes.nonnegative(e.constant * -1 + -1) for e in waiting):
            return None
        kept = list(waiting)
        for form in waiting:
            others = KnownForms((*around, *(e for e in kept if e is not form)))
            if follows(form, others, self.sizes, self.budget):
                kept.remove(form)
        if kept:
            sides = KnownForms((*around, *kept))
            for form in kept:
                turned = form.scale(-1)
                if form.whole and follows(turned.shift(-1), sides, self.sizes, self.budget):
                    return None
        pinned = self._find_pinned(term, KnownForms((*around, *kept)))
        if pinned is not None:
            rest = tuple(e for e in kept if e is not pinned)
            return replace(term, nonnegative=rest, zero=(*term.zero, pinned))
        return replace(term, nonnegative=tuple(kept))

    def _find_pinned(self, term: Term, sides: KnownForms) -> AffineForm | None:
        """A form that is at least 0 and at most 0 where the term is not 0."""
        for form in sides.forms:
            turned = form.scale(-1)
            if form in term.zero or turned in term.zero:
                continue
            free = form in term.nonnegative or any(n in term.bound for n in form.slopes)
            if free and any(not (turned.constant + c * -1) for c in sides.alike(turned)):
                return form
        return None

    def tighten(self, form: AffineForm, known: KnownForms) -> AffineForm:
        """The same inequality, divided by what divides it, rounded as integers allow."""
        form = clear_denominators(form)
        for _ in range(MOST_ROUNDS):
            found = self._divide(form, known)
            if found is None:
                break
            form = found
        return form

    def _divide(self, form: AffineForm, known: KnownForms) -> AffineForm | None:
        for step in candidate_steps(form):
            quotient, rest = split_by_step(form, step)
            if not quotient.slopes:
                continue
            for shift in (0, -1):
                first = rest.shift(step * (-1 * shift))
                ends = (first, first.scale(-1).shift(step + -1))
                if all(follows(e, known, self.sizes, self.budget) for e in ends):
                    return quotient.shift(shift)
        return None

    # ---- counting

    def count_indices(self, term: Term) -> Term:
        """Bound indices that stand between two limits and nowhere else, replaced by their number.

        NotProvedError where an index has no limit at all.
        """
        for name in term.bound:
            if any(name in e.slopes for e in forms_but_inequalities(term)):
                continue
            limits = [e for e in term.nonnegative if name in e.slopes]
            if not limits:
                raise NotProvedError("a sum without end")
            low = [e for e in limits if e.slopes[name] == 1]
            high = [e for e in limits if e.slopes[name] == -1]
            if len(limits) != 2 or len(low) != 1 or len(high) != 1:
                continue
            count = low[0] + high[0]
            whole = low[0].whole and high[0].whole
            if count.slopes or not whole or not self.sizes.nonnegative(count.constant + 1):
                continue
            rest = tuple(e for e in term.nonnegative if name not in e.slopes)
            bound = tuple(n for n in term.bound if n != name)
            number = term.coefficient * (count.constant + 1)
            return self.count_indices(
                replace(term, coefficient=number, bound=bound, nonnegative=rest)
            )
        return term


MOST_ROUNDS = 4
"""How often one inequality is divided: an index of four axes in one number has three strides."""


def bounds_of(accesses: Iterable[Access]) -> Iterable[AffineForm]:
    """The forms that are at least 0 where none of the entries is absent."""
    for access in accesses:
        for index, extent in zip(access.indices, access.shape, strict=True):
            if index.slopes:
                yield from limit_index(index, extent)


def forms_but_inequalities(term: Term) -> Iterable[AffineForm]:
    """The affine forms of a term but those of its own brackets [e >= 0]."""
    yield from replace(term, nonnegative=()).affine_forms()


def keep_fractions(form: AffineForm) -> AffineForm:
    """The form without what is an integer in any case."""
    slopes = {n: f for n, s in form.slopes.items() if (f := _fraction_of(s))}
    return AffineForm(slopes, _fraction_of(form.constant))


def _fraction_of(value: Coefficient) -> Coefficient:
    if isinstance(value, int):
        return 0
    if isinstance(value, Fraction):
        return value - floor(value)
    found: Coefficient = 0
    for monomial, number in terms_of(value):
        if any(e < 0 for _, e in monomial):
            found = found + make_coefficient({monomial: number})
        elif isinstance(number, Fraction):
            found = found + make_coefficient({monomial: number - floor(number)})
    return found


def scale_to_first(form: AffineForm) -> AffineForm:
    """The form or its negative, whichever comes first as a text."""
    return min(form, form.scale(-1), key=str)


def clear_denominators(form: AffineForm) -> AffineForm:
    """The form times the least positive number and sizes that make its coefficients whole."""
    number, powers = 1, dict[str, int]()
    for value in (*form.slopes.values(), form.constant):
        for monomial, c in terms_of(value):
            number = lcm(number, c.denominator)
            for name, exponent in monomial:
                powers[name] = max(powers.get(name, 0), -exponent)
    factor = make_coefficient({tuple(sorted((n, e) for n, e in powers.items() if e)): number})
    return form if factor == 1 else form.scale(factor)


def candidate_steps(form: AffineForm) -> list[Coefficient]:
    """What an inequality may be divided by: numbers and sizes that stand before an index."""
    if not form.slopes:
        return []
    numbers = [abs(s) for s in form.slopes.values() if isinstance(s, int)]
    common = gcd(*numbers) if len(numbers) == len(form.slopes) else 1
    steps = sorted({common, *numbers} - {1}, reverse=True)
    names = {n for s in form.slopes.values() for m, _ in terms_of(s) for n, e in m if e > 0}
    return [*steps, *(make_letter(n) for n in sorted(names))]


def split_by_step(form: AffineForm, step: Coefficient) -> tuple[AffineForm, AffineForm]:
    """Quotient and rest, with form = step * quotient + rest and a quotient that is an integer."""
    slopes = {n: _divide_coefficient(s, step) for n, s in form.slopes.items()}
    quotient = AffineForm(
        {n: q for n, q in slopes.items() if q}, _divide_coefficient(form.constant, step)
    )
    return quotient, form - quotient.scale(step)


def _divide_coefficient(value: Coefficient, step: Coefficient) -> Coefficient:
    """The whole part of value / step, term by term, rounded towards 0."""
    quotient: Coefficient = 0
    if isinstance(step, int):
        for monomial, number in terms_of(value):
            quotient = quotient + make_coefficient({monomial: int(Fraction(number) / step)})
        return quotient
    (name,) = (n for m, _ in terms_of(step) for n, _ in m)
    for monomial, number in terms_of(value):
        if dict(monomial).get(name, 0) > 0:
            lowered = multiply_monomials(monomial, ((name, -1),))
            quotient = quotient + make_coefficient({lowered: number})
    return quotient
