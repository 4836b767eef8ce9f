"""Remarks on indices: free here and bound there, shadowed, summed without use, out of range."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import prod

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    Identifier,
    Span,
    Statement,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.core.errors import SymconvError

from .free_indices import find_free_identifiers, find_free_indices
from .index_expressions import evaluate_index, resolve_key

BEFORE, SHOWN = 60, 140
"""How much of a long text is shown around a caret: so much before it, and so much altogether."""

Remark = tuple[str, Span]


def lint_indices(
    statement: Statement, context: NetworkContext, known: frozenset[str], base: int
) -> Iterator[str]:
    """What an index linter says, each with a caret; the statement is judged all the same."""
    found = [*_lint_sides(statement, context, known), *_lint_sums(statement, context, known, base)]
    for message, span in found:
        yield str(locate_error(ClaimError(message, position=span), statement.text))


def locate_error(error: SymconvError, text: str) -> SymconvError:
    """An error that knows its place in a text, with the words around it."""
    start, stop = error.position or (0, 0)
    if error.text is not None or not stop:
        return error
    left = max(0, start - BEFORE)
    shown = text[left : left + SHOWN].replace("\n", " ")
    place = (start - left, max(start - left + 1, min(stop - left, SHOWN)))
    return ClaimError(error.message, text=shown, position=place, help=error.help)


def _lint_sides(
    statement: Statement, context: NetworkContext, known: frozenset[str]
) -> Iterator[Remark]:
    """An index that is free on one side, and bound or absent on the other."""
    left = set(find_free_indices(statement.parts[:1], context, known))
    for n, part in enumerate(statement.parts[1:], start=2):
        free = {s.name: s.span for s in reversed([*find_free_identifiers((part,), context, known)])}
        bound = {x.name: x.span for x in _limits(part)}
        for name in sorted(left & set(bound) - set(free)):
            yield f"the index {name} is free in part 1 and summed over in part {n}", bound[name]
        for name in sorted(set(free) - left):
            yield f"the index {name} is free in part {n} and does not appear in part 1", free[name]


def _lint_sums(
    statement: Statement, context: NetworkContext, known: frozenset[str], base: int
) -> Iterator[Remark]:
    left = frozenset(find_free_indices(statement.parts[:1], context, known))
    for part in statement.parts:
        yield from _lint_shadowing(part, left)
        yield from _lint_limits(part, context, base)


def find_unsummed_indices(
    statement: Statement, context: NetworkContext, known: frozenset[str], claimed: int
) -> list[str]:
    """The indices that a part has free and no other part mentions."""
    others = tuple(p for n, p in enumerate(statement.parts) if n != claimed)
    elsewhere = set(find_free_indices(others, context, known))
    return [
        x
        for x in find_free_indices((statement.parts[claimed],), context, known)
        if x not in elsewhere
    ]


def _limits(node: SyntaxNode) -> Iterator[SumRange]:
    for n in node.walk():
        if isinstance(n, Summation):
            yield from n.limits


def _lint_shadowing(node: SyntaxNode, bound: frozenset[str]) -> Iterator[Remark]:
    """A sum over an index that has a meaning already, or that its term does not use."""
    if isinstance(node, Summation):
        names = [limit.name for limit in node.limits]
        for n, limit in enumerate(node.limits):
            if limit.name in bound or limit.name in names[:n]:
                yield f"the sum over {limit.name} hides an index of the same name", limit.span
            if not _uses_index(limit.name, node):
                yield f"the sum over {limit.name} does not use its index", limit.span
        bound |= set(names)
    for child in node.children():
        yield from _lint_shadowing(child, bound)


def _uses_index(name: str, total: Summation) -> bool:
    """Whether the term, or the limits of another index, use an index."""
    places = (total.body, *(side for x in total.limits for side in x.children()))
    return any(
        (isinstance(n, Identifier) and n.name == name)
        or (isinstance(n, TensorReference) and n.indices is None and n.letter == name)
        for place in places
        for n in place.walk()
    )


def _lint_limits(node: SyntaxNode, context: NetworkContext, base: int) -> Iterator[Remark]:
    """A written limit beyond the entries that the index alone counts; absent entries are 0."""
    for total in (n for n in node.walk() if isinstance(n, Summation)):
        for limit in total.limits:
            first, last = (_constant_limit(side, context) for side in (limit.low, limit.high))
            for key, extent in _axes_of_index(limit.name, total.body, context):
                low, high = base, base + extent - 1
                if (first is not None and first < low) or (last is not None and last > high):
                    said = f"the sum over {limit.name} leaves {key}, which has {low}..{high} there"
                    yield f"{said}; absent entries count as 0", limit.span
                    break


def _constant_limit(side: SyntaxNode | None, context: NetworkContext) -> int | None:
    if side is None:
        return None
    with suppress(SymconvError):
        value = evaluate_index(side, {}, context)
        return value if isinstance(value, int) else None
    return None


def _axes_of_index(
    name: str, body: SyntaxNode, context: NetworkContext
) -> Iterator[tuple[str, int]]:
    """The tensors of which an index alone counts an axis, and how many entries it has."""
    for entry in (n for n in body.walk() if isinstance(n, TensorReference) and n.indices):
        try:
            key = resolve_key(entry, {}, context, "")
            shape = context.shape(context.tensors[key])
        except (SymconvError, KeyError):
            continue
        extents = shape if len(entry.indices or ()) == len(shape) else (prod(shape),)
        for item, extent in zip(entry.indices or (), extents, strict=False):
            if isinstance(item, Identifier) and item.name == name:
                yield key, extent
