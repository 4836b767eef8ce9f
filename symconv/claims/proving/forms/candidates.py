"""Maxima as functions of their candidates: the largest of them, and whether the first stands here.

The candidates are one sum over the indices of the maximum,

    sum_{m,n} first[m] second[n] entry[x, e(m, n)],

where `first` and `second` are unknown numbers: two such sums are equal for all of these only where
the same entries exist at the same places, in one order. Then the maxima are equal, and so is where
the first of them stands. An entry is never replaced by what it is equal to: one that is 0 is a
candidate, and one that is absent is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .budget import NotProvedError
from .functions import apply_function
from .index_forms import IndexForm
from .size_polynomials import Coefficient
from .terms import EntryFactor, Form, FunctionFactor, Term, limit_index, rename_bound

LARGEST, FIRST_LARGEST = "largest", "first largest"
AXIS, ENTRY, PLACE = "candidate", "entry of ", "place"


def list_candidates(entry: Form, places: Sequence[tuple[IndexForm, Coefficient]]) -> Form:
    """The candidates that are entries of one tensor, for the indices of a maximum.

    `places` are an index, counted from 0, and its extent, the outermost first. NotProvedError where
    the entry is a formula: of that one cannot tell where it is absent.
    """
    access = next((a for t in entry for a in t.accesses), None)
    if access is None or not access.shape or entry != (Term(accesses=(access,)),):
        raise NotProvedError("a maximum of what is no entry")
    axes = [EntryFactor(f"{AXIS} {n} of {k}", (k,), (i,)) for n, (i, k) in enumerate(places)]
    bound = tuple([name for i, _ in places for name in i.slopes])
    kept = access._replace(key=ENTRY + access.key)
    return (Term(bound=bound, accesses=(*axes, kept)),)


def take_largest(candidates: Form) -> Form:
    """The largest of the candidates."""
    return apply_function(LARGEST, candidates)


def mark_first(candidates: Form, place: Sequence[IndexForm]) -> Form:
    """1 where the first of the largest candidates stands at a place, else 0."""
    (term,) = candidates
    taken = {n for e in place for n in e.slopes}
    # What the place is made of is another index than what runs over the candidates.
    term = rename_bound(term, term.bound, taken)
    marks = [EntryFactor(f"{PLACE} {n}", (), (e,)) for n, e in enumerate(place)]
    return apply_function(FIRST_LARGEST, (replace(term, accesses=(*term.accesses, *marks)),))


def select_first(function: FunctionFactor) -> Form:
    """The largest candidate as a sum over the candidates: the first largest one times the entry."""
    (term,) = function.argument
    axes = [a for a in term.accesses if a.key.startswith(AXIS)]
    (entry,) = (a for a in term.accesses if a.key.startswith(ENTRY))
    place = [axis.indices[0] for axis in axes]
    ends = [e for a in axes for e in limit_index(a.indices[0], a.shape[0])]
    (mark,) = mark_first(function.argument, place)
    plain = entry._replace(key=entry.key.removeprefix(ENTRY))
    return (replace(mark, bound=term.bound, accesses=(plain,), nonnegative=tuple(ends)),)
