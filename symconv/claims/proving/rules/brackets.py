"""The rules for brackets: an equation is solved, an inequality that follows from others is dropped.

sum_m [m = e] f(m)           = [e is an integer] f(e)
[s q + r >= 0]               = [q >= 0]                  where 0 <= r < s
[e >= 0] [-e >= 0]           = [e = 0]
sum_m [m >= a] [b >= m]      = b - a + 1                 where that is at least 0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import EntryFactor, Term, limit_index, put_indices

from .inequalities import KnownForms, follows
from .integer_division import (
    candidate_steps,
    clear_denominators,
    keep_fractions,
    split_by_step,
)


class BracketRules:
    """The rules, for the sizes of one network; `around` is at least 0 wherever a term matters."""

    def __init__(self, sizes: SizeFacts, budget: ProofBudget) -> None:
        self.sizes = sizes
        self.budget = budget

    def simplify(self, term: Term, around: Sequence[IndexForm]) -> Term | None:
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
            for index, extent in access.axes():
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
            for n, (index, extent) in enumerate(access.axes()):
                if extent == 1 and (index.slopes or index.constant):
                    zero.append(index)
                    indices[n] = IndexForm({}, 0)
            accesses.append(access._replace(indices=tuple(indices)))
        return replace(term, accesses=tuple(accesses), zero=tuple(zero))

    def solve_equations(self, term: Term) -> Term | None:
        """Every bracket [e = 0] solved for an index that the term binds, or else for a free one."""
        if not term.zero:
            return term
        waiting, kept = list(term.zero), list[IndexForm]()
        # Those with a bound index first: they go, and what is left is said of free indices alone.
        for binding in (True, False):
            left = list[IndexForm]()
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
                    kept.append(IndexForm({name: 1}, 0) - values[name])
            waiting = left
        kept += [scale_to_first(e) for e in waiting]
        return replace(term, zero=tuple(dict.fromkeys(kept)))

    def _choose_unknown(
        self, form: IndexForm, bound: Sequence[str], *, binding: bool
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
        read = [e for a in term.accesses for e, _ in a.axes() if not e.whole]
        kept: list[IndexForm] = []
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

    def drop_inequalities(self, term: Term, around: Sequence[IndexForm]) -> Term | None:
        """Without the brackets [e >= 0] that follow from others; None where one never holds."""
        known = KnownForms(around)
        plain = [e for e in dict.fromkeys(term.nonnegative) if not self._follows(e, known)]
        tight = list(dict.fromkeys(self.tighten(e, known) for e in plain))
        if any(True for _ in find_uncounted(term)):
            tight = self._tighten_together(tight, around)
        waiting = [e for e in tight if not self._follows(e, known)]
        kept = list(waiting)
        for form in waiting:
            others = KnownForms((*around, *(e for e in kept if e is not form)))
            if self._follows(form, others):
                kept.remove(form)
        sides = KnownForms((*around, *kept))
        if any(self._follows(e.scale(-1).shift(-1), sides) for e in kept if e.whole):
            return None
        pinned = self._find_pinned(term, KnownForms((*around, *kept)))
        if pinned is not None:
            rest = tuple(e for e in kept if e is not pinned)
            return replace(term, nonnegative=rest, zero=(*term.zero, pinned))
        return replace(term, nonnegative=tuple(kept))

    def _tighten_together(
        self, forms: Sequence[IndexForm], around: Sequence[IndexForm]
    ) -> list[IndexForm]:
        """Each inequality divided where the others hold, one after the other: all say the same.

        0 <= k (i - j) + m < k says that i = j where 0 <= m < k does.
        """
        found = list(forms)
        for n, form in enumerate(found):
            found[n] = self.tighten(form, KnownForms((*around, *found[:n], *found[n + 1 :])))
        return list(dict.fromkeys(found))

    def _follows(self, form: IndexForm, known: KnownForms) -> bool:
        return follows(form, known, self.sizes, self.budget)

    def _find_pinned(self, term: Term, sides: KnownForms) -> IndexForm | None:
        """A form that is at least 0 and at most 0 where the term is not 0."""
        for form in sides.forms:
            turned = form.scale(-1)
            if form in term.zero or turned in term.zero:
                continue
            free = form in term.nonnegative or any(n in term.bound for n in form.slopes)
            if free and any(not (turned.constant + c * -1) for c in sides.alike(turned)):
                return form
        return None

    def tighten(self, form: IndexForm, known: KnownForms) -> IndexForm:
        """The same inequality, divided by what divides it, rounded as integers allow."""
        form = clear_denominators(form)
        for _ in range(MOST_ROUNDS):
            found = self._divide(form, known)
            if found is None:
                break
            form = found
        return form

    def _divide(self, form: IndexForm, known: KnownForms) -> IndexForm | None:
        for step in candidate_steps(form):
            quotient, rest = split_by_step(form, step)
            if not quotient.slopes:
                continue
            for shift in (0, -1):
                first = rest.shift(step * (-1 * shift))
                ends = (first, first.scale(-1).shift(step + -1))
                if all(self._follows(e, known) for e in ends):
                    return quotient.shift(shift)
        return None

    # ---- counting

    def count_indices(self, term: Term) -> Term:
        """Bound indices that stand between two limits and nowhere else, replaced by their number.

        NotProvedError where an index has no limit at all.
        """
        for name in find_uncounted(term):
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


def bounds_of(accesses: Iterable[EntryFactor]) -> Iterable[IndexForm]:
    """The forms that are at least 0 where none of the entries is absent."""
    for access in accesses:
        for index, extent in access.axes():
            if index.slopes:
                yield from limit_index(index, extent)


def find_uncounted(term: Term) -> Iterator[str]:
    """The bound indices that stand in inequalities alone."""
    if not term.bound:
        return
    used = {n for e in forms_but_inequalities(term) for n in e.slopes}
    yield from (n for n in term.bound if n not in used)


def forms_but_inequalities(term: Term) -> Iterable[IndexForm]:
    """The affine forms of a term but those of its own brackets [e >= 0]."""
    yield from replace(term, nonnegative=()).index_forms()


def scale_to_first(form: IndexForm) -> IndexForm:
    """The form or its negative, whichever comes first as a text."""
    return min(form, form.scale(-1), key=str)
