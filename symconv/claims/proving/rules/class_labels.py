"""Labels: a label is one of its classes, so that a sum over all of them has one term.

sum_{q=0}^{K-1} [q = t] = 1     where t is a label that chooses from K classes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symconv.claims.proving.forms.index_forms import make_index
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import (
    INDEX_VALUE,
    EntryFactor,
    Form,
    FunctionFactor,
    Term,
    limit_index,
)


def sum_over_classes(term: Term, labels: Mapping[str, Coefficient]) -> Form | None:
    """A term without a bracket [q = label] that is summed over every class; None where none is.

    The class may stand nowhere else in the term, and its limits are those of all classes.
    """
    for n, function in enumerate(term.functions):
        found = _read_label(function)
        if found is None:
            continue
        name, label = found
        rest = replace(term, functions=term.functions[:n] + term.functions[n + 1 :])
        if label.key not in labels or name not in term.bound or _uses(label, rest, name):
            continue
        limits = {e for e in term.nonnegative if name in e.slopes}
        if limits != set(limit_index(make_index(name), labels[label.key])):
            continue
        kept = tuple([e for e in term.nonnegative if e not in limits])
        return (replace(rest, bound=tuple([b for b in term.bound if b != name]), nonnegative=kept),)
    return None


def _uses(label: EntryFactor, rest: Term, name: str) -> bool:
    """Whether an index stands in anything but its limits."""
    forms = (*label.indices, *replace(rest, nonnegative=()).index_forms())
    return any(name in e.slopes for e in forms)


def _read_label(function: FunctionFactor) -> tuple[str, EntryFactor] | None:
    """The index and the entry of [index = entry]; None where it is something else."""
    if function.name != "is_zero" or len(function.argument) != 2:
        return None
    if any(t != Term(t.coefficient, accesses=t.accesses) for t in function.argument):
        return None
    if any(len(t.accesses) != 1 or t.coefficient not in (1, -1) for t in function.argument):
        return None
    one, other = function.argument
    index, label = (one, other) if one.accesses[0].key == INDEX_VALUE else (other, one)
    (number,), (entry,) = index.accesses, label.accesses
    if number.key != INDEX_VALUE or index.coefficient == label.coefficient:
        return None
    slopes, constant = number.indices[0].slopes, number.indices[0].constant
    return (next(iter(slopes)), entry) if [*slopes.values()] == [1] and not constant else None
