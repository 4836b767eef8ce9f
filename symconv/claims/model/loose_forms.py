"""Forms that leave out what is meant: the indices or the rate of an update, entries of arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .context import NetworkContext
from .substitution import replace_nodes
from .syntax_tree import (
    BinaryExpression,
    Differential,
    Identifier,
    Statement,
    SyntaxNode,
    TensorReference,
)
from .verdict import Cause
from .vocabulary import RATES

INDICES = Cause(
    "indices_left_out", "right for one entry: the indices are missing where the tensor stands alone"
)
RATE_OF_ONE = Cause("rate_of_one", "right if the learning rate is 1, which nothing says here")
VALUE_LETTERS, PARAMETER_LETTERS = ("r'", "s'"), ("u'", "v'")


def complete_update(statement: Statement) -> Iterator[tuple[Statement, Cause]]:
    """What an update may mean: for one entry, or with a rate of 1."""
    left = statement.parts[0]
    if not isinstance(left, TensorReference) or not left.fresh:
        return
    nodes = [n for part in statement.parts for n in part.walk()]
    places = {
        n.by.indices
        for n in nodes
        if isinstance(n, Differential) and n.by.letter == left.letter and n.by.indices
    }
    if left.indices is None and len(places) == 1:
        indices = places.pop()
        bare: dict[SyntaxNode, SyntaxNode] = {
            n: replace(n, indices=indices)
            for n in nodes
            if isinstance(n, TensorReference) and n.letter == left.letter and n.indices is None
        }
        parts = tuple(replace_nodes(part, bare) for part in statement.parts)
        yield replace(statement, parts=parts), INDICES
    if not any(isinstance(n, Identifier) and n.name in RATES for n in nodes):
        old = replace(left, fresh=False)
        steps = tuple(
            BinaryExpression(
                "+",
                old,
                BinaryExpression("*", Identifier("eta"), BinaryExpression("-", part, old)),
            )
            for part in statement.parts[1:]
        )
        yield replace(statement, parts=(left, *steps)), RATE_OF_ONE


def write_entries(statement: Statement, context: NetworkContext) -> Statement | None:
    """A derivative of arrays by arrays, written without indices, for one entry of each.

    None where the arrays beside it are not all of one shape, as then a product is meant.
    """
    nodes = [n for part in statement.parts for n in part.walk()]
    derived = {n.by for n in nodes if isinstance(n, Differential)}
    names = {n for n in nodes if isinstance(n, TensorReference)}
    values, parameters = names - derived, derived & names
    if not parameters or any(n.indices is not None or n.kind for n in names):
        return None
    shapes = {_shape(n, context) for n in values}
    if len(shapes) != 1 or any(len(_shape(n, context)) > 2 for n in names):
        return None
    table: dict[SyntaxNode, SyntaxNode] = {}
    for chosen, letters in ((values, VALUE_LETTERS), (parameters, PARAMETER_LETTERS)):
        for n in chosen:
            rank = len(_shape(n, context))
            if not rank:
                return None
            table[n] = replace(n, indices=tuple(Identifier(x) for x in letters[:rank]))
    return replace(statement, parts=tuple(replace_nodes(p, table) for p in statement.parts))


def _shape(node: TensorReference, context: NetworkContext) -> tuple[int, ...]:
    """The shape of a tensor that is alone with its letter; none of another one."""
    tensor = context.tensors.get(node.letter)
    return () if tensor is None or node.layer is not None else context.shape(tensor)
