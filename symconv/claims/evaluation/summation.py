"""Sums over indices, whose limits may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Limit, Node, Total

from .arrays import Value, zipped
from .index_ranges import span_of
from .indices import Environment, whole_number
from .products import fitting

if TYPE_CHECKING:
    from .evaluate import Evaluator, Options


def of_total(at: Evaluator, node: Total, env: Environment) -> Value:
    """The sum over all values of the indices."""
    if not at.work.foreseen:
        at.work.foreseen = True
        try:
            at.work.allow(operations(node, at.facts, at.options, env))
            return _added(at, node, env)
        finally:
            at.work.foreseen = False
    return _added(at, node, env)


def operations(node: Node, facts: Facts, options: Options, env: Environment | None = None) -> int:
    """About how many operations a formula takes, its sums unrolled."""
    inner, count = dict(env or {}), 1
    if isinstance(node, Total):
        for limit in node.limits:
            span = _span(limit, node.body, inner, facts, options)
            inner[limit.name] = span.start
            count *= len(span)
    return count * (1 + sum(operations(x, facts, options, inner) for x in _inside(node)))


def _inside(node: Node) -> Iterator[Node]:
    return iter((node.body,)) if isinstance(node, Total) else node.children()


def _span(limit: Limit, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """The range of an index; of one value where it depends on an index that is still free."""
    try:
        return span_of(limit, body, env, facts, options).values
    except NotChecked:
        return range(1)


def _added(at: Evaluator, node: Total, env: Environment) -> Value:
    total: Value = at.zero
    for inner in _assignments(at, node, 0, env):
        term = at.value(node.body, inner)
        total = fitting(zipped(total, term, lambda a, b: a + b), total, term)
    return total


def _assignments(at: Evaluator, node: Total, n: int, env: Environment) -> Iterator[Environment]:
    """Every choice of the indices from the n-th on."""
    if n == len(node.limits):
        yield env
        return
    limit = node.limits[n]
    span = span_of(limit, node.body, env, at.facts, at.options)
    if span.unknown:
        raise ClaimError(
            f"the sum over {limit.name} has no limits, and nothing here says where it ends",
            position=limit.span,
            help=f"\\sum_{{{limit.name}=0}}^{{3}}",
        )
    if span.said:
        at.note(f"the sum over {limit.name} is read as {span.said}")
    for value in span.values:
        inner = {**env, limit.name: value}
        left_out = limit.unequal is not None and value == whole_number(limit.unequal, env, at.facts)
        if not left_out:
            yield from _assignments(at, node, n + 1, inner)
