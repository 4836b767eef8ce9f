"""What a statement is, and what it gives to later ones: values, entries, definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from symconv.claims.evaluation.assign import GivenEntries, Values
from symconv.claims.evaluation.comparison import is_constant
from symconv.claims.evaluation.decimals import find_literals
from symconv.claims.evaluation.evaluator import Definitions
from symconv.claims.evaluation.index_expressions import resolve_key, resolve_place
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    CodeFormula,
    Differential,
    Identifier,
    Numeral,
    Statement,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.core.errors import SymconvError

INDEX_NODES = (Identifier, Numeral, BinaryExpression, UnaryMinus)
"""What an index is made of; a formula with anything else in it is a claim."""


def classify_statement(
    statement: Statement, context: NetworkContext, definitions: Definitions
) -> str:
    """The kind of a statement."""
    left, right = statement.parts[0], statement.parts[-1]
    nodes = [n for p in statement.parts for n in p.walk()]
    # In code "=" gives a name another value; elsewhere it says that two things are equal.
    known: Collection[str] = () if statement.is_code else definitions
    if ":=" in statement.marks or _is_new(left, context, known):
        return "definition"
    if _is_index_again(statement, known):
        return "definition"
    if any(isinstance(n, TensorReference) and n.fresh for n in nodes):
        return "update"
    derivative = any(
        isinstance(n, Differential) or (isinstance(n, TensorReference) and n.kind) for n in nodes
    )
    stated = isinstance(left, Identifier) and not context.sizes
    if not derivative and _gives(left, context) and is_constant(right) and not stated:
        return "given value"
    if not derivative and _is_forward(statement, context):
        return "architecture"
    return "claim"


def _is_new(left: SyntaxNode, context: NetworkContext, known: Collection[str]) -> bool:
    """A name that neither the network nor the text has, on the left of a formula."""
    if isinstance(left, Identifier):
        return left.name not in context.size_names and left.name not in known
    own = isinstance(left, TensorReference) and (left.kind or left.letter in context.layers)
    return isinstance(left, TensorReference) and not own and left.letter not in known


def _is_index_again(statement: Statement, known: Collection[str]) -> bool:
    """A letter that the text defined, and an index once more: `i = (i' + p)/s`, then `i = i'`.

    Texts use the same letters for one sum after the other.
    """
    left, *others = statement.parts
    if not isinstance(left, Identifier) or left.name not in known:
        return False
    nodes = [n for part in others for n in part.walk()]
    letters = any(isinstance(n, Identifier) for n in nodes)
    return letters and all(isinstance(n, INDEX_NODES) for n in nodes)


def _gives(left: SyntaxNode, context: NetworkContext) -> bool:
    if isinstance(left, Identifier):
        return left.name in context.size_names
    if isinstance(left, ArrayLiteral):
        return find_literals(left) is None and all(_gives(e, context) for e in left.entries)
    return isinstance(left, TensorReference) and left.letter in context.layers


def _is_forward(statement: Statement, context: NetworkContext) -> bool:
    """`image * kernel = image`, or a value by its formula."""
    if any(isinstance(p, ArrayLiteral) and find_literals(p) is None for p in statement.parts):
        return any(isinstance(p, BinaryExpression) for p in statement.parts)
    left = statement.parts[0]
    if not isinstance(left, TensorReference) or left.kind:
        return False
    return left.letter in context.layers and not is_constant(statement.parts[-1])


Signature = tuple[str, tuple[str, ...]]


def add_given_values(
    values: Values, statement: Statement, context: NetworkContext, base: int
) -> Values:
    """The values together with those that a statement gives."""
    if len(statement.parts) != 2:
        return values
    left, right = statement.parts
    digits = find_literals(right)
    if digits is None:
        return values
    whole = _match_whole_tensor(left, right, digits)
    if whole is not None:
        return {**values, **whole}
    found = dict(values)
    for entry, number in zip(_entries_on_left(left), digits, strict=False):
        key, place = _locate_entry(entry, context, base)
        if key:
            known = found.get(key)
            cells = known.cells if isinstance(known, GivenEntries) else {}
            found[key] = GivenEntries({**cells, place: number.value})
    return found


def _match_whole_tensor(
    left: SyntaxNode, right: SyntaxNode, digits: list[Numeral]
) -> Mapping[str, Any] | None:
    """`w = [[1, 0], [0, 1]]`, `eta = 0.1`."""
    if isinstance(left, Identifier):
        name = left.name
    elif isinstance(left, TensorReference) and left.indices is None and not left.kind:
        layer = find_literals(left.layer) if left.layer is not None else None
        name = left.letter + (f"^{layer[0].value}" if layer else "")
    else:
        return None
    if not isinstance(right, ArrayLiteral):
        return {name: digits[0].value}
    found: list[Any] = [d.value for d in digits]
    for extent in reversed(right.shape[1:]):
        found = [found[n : n + extent] for n in range(0, len(found), extent)]
    # One row is a list: the columns of a matrix of one row are what a vector has.
    return {name: found[0] if len(right.shape) == 2 and len(found) == 1 else found}


def _entries_on_left(left: SyntaxNode) -> Iterator[TensorReference]:
    """`w_{0,0}`, or the entries of a matrix of them."""
    if isinstance(left, ArrayLiteral):
        for item in left.entries:
            yield from _entries_on_left(item)
    elif isinstance(left, TensorReference) and not left.kind:
        yield left


def _locate_entry(
    entry: TensorReference, context: NetworkContext, base: int
) -> tuple[str, tuple[int, ...]]:
    """The tensor and the entry of it; an empty name where there is no such entry."""
    try:
        key = resolve_key(entry, {}, context, "")
        shape = context.shape(context.tensors[key])
        place = resolve_place(entry.indices or (), {}, shape, base, context)
    except (SymconvError, NotChecked, KeyError):
        return "", ()
    return ("", ()) if place is None else (key, place)


def find_definition(statement: Statement) -> tuple[Signature, SyntaxNode] | None:
    """The name, the parameters and the body of a definition."""
    left, body = statement.parts[0], statement.parts[-1]
    body = CodeFormula(body, span=body.span) if statement.is_code else body
    if isinstance(left, Identifier):
        return (left.name, ()), body
    if isinstance(left, TensorReference) and not left.kind:
        names = [i.name for i in left.indices or () if isinstance(i, Identifier)]
        if len(names) == len(left.indices or ()):
            return (left.letter, tuple(names)), body
    return None
