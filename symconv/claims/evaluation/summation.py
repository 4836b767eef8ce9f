"""Sums over indices, whose limits may be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.syntax_tree import Summation, SumRange, SyntaxNode

from .arrays import Value, apply_elementwise
from .index_brackets import IndexBracket, list_brackets
from .index_expressions import Environment, evaluate_index
from .index_ranges import recall_range
from .products import require_same_shape

if TYPE_CHECKING:
    from .evaluator import Evaluator, Options


def evaluate_sum(at: Evaluator, node: Summation, env: Environment) -> Value:
    """The sum over all values of the indices."""
    # Estimated once, at the outermost sum: its estimate holds those of the sums inside.
    if not at.work.foreseen:
        at.work.foreseen = True
        try:
            at.work.allow(estimate_operations(node, at.context, at.options, env))
            return _add_terms(at, node, env)
        finally:
            at.work.foreseen = False
    return _add_terms(at, node, env)


def estimate_operations(
    node: SyntaxNode, context: NetworkContext, options: Options, env: Environment | None = None
) -> int:
    """About how many operations a formula takes, its sums unrolled."""
    inner, count = dict(env or {}), 1
    if isinstance(node, Summation):
        names = [limit.name for limit in node.limits]
        said = ([n for n in b.equated if n in names] for b in list_brackets(node))
        fixed = {found[0] for found in said if found}
        for limit in node.limits:
            span = _estimate_range(limit, node.body, inner, context, options)
            inner[limit.name] = span.start
            count *= 1 if limit.name in fixed else len(span)
    return count * (
        1 + sum(estimate_operations(x, context, options, inner) for x in _operands(node))
    )


def _operands(node: SyntaxNode) -> Iterator[SyntaxNode]:
    return iter((node.body,)) if isinstance(node, Summation) else node.children()


def _estimate_range(
    limit: SumRange, body: SyntaxNode, env: Environment, context: NetworkContext, options: Options
) -> range:
    """The range of an index; of one value where it depends on an index that is still free."""
    try:
        return recall_range(limit, body, env, context, options).values
    except NotChecked:
        return range(1)


def _add_terms(at: Evaluator, node: Summation, env: Environment) -> Value:
    total: Value | None = None
    for inner in index_choices(at, node, 0, env, list_brackets(node)):
        term, before = at.value(node.body, inner), at.zero if total is None else total
        added = apply_elementwise(before, term, lambda a, b: a + b)
        total = require_same_shape(added, before, term)
    if total is not None:
        return total
    # Every term is 0, or there is none: what a 0 it is, of one entry or of many, a term says.
    first = next(index_choices(at, node, 0, env), None)
    return at.zero if first is None else at.value(node.body, first)


def index_choices(
    at: Evaluator,
    node: Summation,
    n: int,
    env: Environment,
    brackets: Sequence[IndexBracket] = (),
) -> Iterator[Environment]:
    """Every choice of the indices from the n-th on at which no bracket fails.

    A bracket is looked at as soon as the indices in it are chosen.
    """
    waiting = {limit.name for limit in node.limits[n:]}
    known = [b for b in brackets if waiting.isdisjoint(b.names)]
    if any(b.fails(env, at.context) for b in known):
        return
    brackets = [b for b in brackets if b not in known]
    if n == len(node.limits):
        yield env
        return
    limit = node.limits[n]
    span = recall_range(limit, node.body, env, at.context, at.options)
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
        left_out = limit.unequal is not None and value == evaluate_index(
            limit.unequal, env, at.context
        )
        # sum over j != i.
        if not left_out:
            yield from index_choices(at, node, n + 1, inner, brackets)
