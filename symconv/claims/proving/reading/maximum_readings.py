"""Maxima of a claim, and where the first of them stands, as forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    Condition,
    FirstMaximum,
    Maximum,
    Summation,
)
from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.candidates import list_candidates, mark_first, take_largest
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import Form

if TYPE_CHECKING:
    from .claim_reader import ClaimReader
    from .index_limits import IndexValues


def read_maximum(at: ClaimReader, node: Maximum, env: IndexValues) -> Form:
    """The largest entry over some indices."""
    if node.smallest:
        raise NotProvedError("a least entry")
    return take_largest(_read_candidates(at, node, env)[0])


def read_first_place(at: ClaimReader, condition: Condition, env: IndexValues) -> Form:
    """[(m, n) = the indices of the first largest entry]."""
    node, left = condition.right, condition.left
    if condition.relation != "=" or not isinstance(node, FirstMaximum):
        raise NotProvedError("a place that is compared otherwise")
    candidates, starts = _read_candidates(at, node, env)
    written = left.entries if isinstance(left, ArrayLiteral) else (left,)
    if len(written) != len(starts):
        raise NotProvedError("as many indices as the maximum goes over are needed")
    place = [at.indices.index(i, env).shift(s) for i, s in zip(written, starts, strict=True)]
    return mark_first(candidates, place)


def _read_candidates(
    at: ClaimReader, node: Summation, env: IndexValues
) -> tuple[Form, list[Coefficient]]:
    """The candidates, and what makes each index start at 0."""
    if node.condition is not None:
        raise NotProvedError("a maximum under a condition")
    inner = dict(env)
    places: list[tuple[IndexForm, Coefficient]] = []
    for limit in node.limits:
        index = make_index(at.build.fresh.next())
        ends = at.indices.limits(limit, node.body, inner, index)
        if limit.unequal is not None or len(ends) != 2:
            raise NotProvedError("limits of a maximum that are not read")
        low, high = ends
        if low.slopes != index.slopes or high.slopes != index.scale(-1).slopes:
            raise NotProvedError("limits of a maximum that move")
        places.append((low, low.constant + high.constant + 1))
        inner[limit.name] = index
    entry = at.number(node.body, inner)
    return list_candidates(entry, places), [low.constant for low, _ in places]
