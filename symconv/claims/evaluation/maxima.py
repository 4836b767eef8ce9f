"""Maxima over indices, and where the first of them stands; what is absent does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    FirstMaximum,
    Maximum,
    SyntaxNode,
    TensorReference,
)

from .arrays import ArrayValue, unwrap_scalar
from .index_expressions import evaluate_index
from .summation import index_choices

if TYPE_CHECKING:
    from .evaluator import Evaluator
    from .index_expressions import Environment

Candidates = list[tuple[tuple[int, ...], Any]]


def evaluate_maximum(at: Evaluator, node: Maximum, env: Environment) -> Any:
    """The largest of the values that exist; the smallest is less the largest of the opposites."""
    values = [value for _, value in _find_candidates(at, node, env)]
    if node.smallest:
        return at.algebra.maximum([v * -1 for v in values]) * -1
    return at.algebra.maximum(values)


def evaluate_place(at: Evaluator, place: SyntaxNode, node: FirstMaximum, env: Environment) -> Any:
    """[place = the indices of the first largest value]."""
    written = place.entries if isinstance(place, ArrayLiteral) else (place,)
    indices = tuple(evaluate_index(i, env, at.context) for i in written)
    if None in indices or len(indices) != len(node.limits):
        raise ClaimError("as many indices as the maximum goes over are needed", help="(m, n)")
    candidates = _find_candidates(at, node, env)
    marks = at.algebra.mark_winner([value for _, value in candidates])
    found = zip(candidates, marks, strict=True)
    return next((mark for (here, _), mark in found if here == indices), at.zero)


def _find_candidates(at: Evaluator, node: Maximum | FirstMaximum, env: Environment) -> Candidates:
    """The values that exist, with the indices that they stand at."""
    found: Candidates = []
    for inner in index_choices(at, node, 0, env):
        absent = at.work.absent
        value = unwrap_scalar(at.value(node.body, inner))
        if isinstance(value, ArrayValue):
            raise ClaimError("a maximum over indices of whole arrays is not read", help="x_{i+m}")
        if at.work.absent == absent:
            found.append((_place(node, inner), value + at.zero))
        elif not isinstance(node.body, TensorReference):
            raise ClaimError("a maximum of a formula leaves the border", help="\\max_m x_{i+m}")
    if not found:
        raise ClaimError("a maximum of nothing", help="\\max_{0 \\le m < 2} x_{i+m}")
    return found


def _place(node: Maximum | FirstMaximum, env: Environment) -> tuple[int, ...]:
    return tuple(env[limit.name] for limit in node.limits)
