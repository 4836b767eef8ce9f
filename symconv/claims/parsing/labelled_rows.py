"""Rows at their labels, as NumPy indexes: `p[np.arange(N), t]`, and `np.eye(K)[t]`.

The entry of every row n in the column t_n is what is left of the row times [column = t_n]. So both
are sums of products with a mask, and to change such entries is to change what the mask leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symconv.claims.model.code_nodes import LoopRange
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    ONE,
    BinaryExpression,
    FunctionCall,
    FurtherAxes,
    Identifier,
    IndexSlice,
    KeywordArgument,
    LabelMask,
    Numeral,
    Statement,
    Subscript,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import find_labels

COUNTED = "np.arange"
"""What counts the rows; Python's own `range` is read as the same word."""


def take_logarithms_inside(statement: Statement) -> Statement:
    """log sum_k a_k [k = t] as sum_k log(a_k) [k = t]: of the terms one is left, and it is a_t."""
    table: dict[SyntaxNode, SyntaxNode] = {}
    for node in (n for part in statement.parts for n in part.walk()):
        match node:
            case FunctionCall(
                "log",
                (FunctionCall("np.sum", (BinaryExpression("*", a, LabelMask() as mask), axis)),),
            ) if not node.primes:
                product = BinaryExpression("*", replace(node, arguments=(a,)), mask)
                table[node] = FunctionCall("np.sum", (product, axis), span=node.span)
    if not table:
        return statement
    return replace(statement, parts=tuple(replace_nodes(p, table) for p in statement.parts))


def sum_labelled_rows(statement: Statement, context: NetworkContext) -> Statement:
    """The statement with every `p[np.arange(N), t]` as a sum over the columns."""
    table: dict[SyntaxNode, SyntaxNode] = {}
    for part in statement.parts:
        for node in part.walk():
            if isinstance(node, TensorReference) and node.bracket and node.indices:
                whole: SyntaxNode = replace(node, indices=None)
                found = pick_at_labels(whole, node.indices, context)
            elif isinstance(node, Subscript):
                found = pick_at_labels(node.base, node.indices, context)
            else:
                continue
            if found is not None:
                table[node] = found
    if not table:
        return statement
    return replace(statement, parts=tuple(replace_nodes(p, table) for p in statement.parts))


def take_at_labels(statement: Statement, context: NetworkContext) -> Statement:
    """The statement with every `w[t]` and `w[:, t]` as `np.take`, for an array of class numbers.

    A letter that the statement uses as an index, on its left side or under a sum, is one.
    """
    table: dict[SyntaxNode, SyntaxNode] = {}
    taken = _index_names(statement)
    for node in (n for part in statement.parts for n in part.walk()):
        if isinstance(node, TensorReference) and node.bracket and node.indices and not node.kind:
            base: SyntaxNode = replace(node, indices=None)
        elif isinstance(node, Subscript):
            base = node.base
        else:
            continue
        indices = [i for i in node.indices or () if not isinstance(i, FurtherAxes)]
        at = [n for n, i in enumerate(indices) if _holds_labels(i, context)]
        if len(at) != 1 or any(
            i != IndexSlice(span=i.span) for i in indices if i is not indices[at[0]]
        ):
            continue
        label = indices[at[0]]
        if getattr(label, "name", "") in taken:
            continue
        name = label.name if isinstance(label, Identifier) else label.letter  # type: ignore[attr-defined]
        axis = KeywordArgument("axis", Numeral(Fraction(at[0])))
        arguments = (base, TensorReference(name, span=label.span), axis)
        table[node] = FunctionCall("np.take", arguments, span=node.span)
    if not table:
        return statement
    return replace(statement, parts=tuple(replace_nodes(p, table) for p in statement.parts))


def _index_names(statement: Statement) -> set[str]:
    """The letters that are bound, or that stand as an index on the left side."""
    nodes = [n for part in statement.parts for n in part.walk()]
    bound = {n.name for n in nodes if isinstance(n, SumRange | LoopRange)}
    left = (n for n in statement.parts[0].walk() if isinstance(n, TensorReference | Subscript))
    return bound | {i.name for n in left for i in n.indices or () if isinstance(i, Identifier)}


def _holds_labels(index: SyntaxNode, context: NetworkContext) -> bool:
    """Whether an index is a whole tensor of class numbers, of more than one sample."""
    whole = isinstance(index, TensorReference) and index.indices is None and not index.kind
    name = index.name if isinstance(index, Identifier) else index.letter if whole else ""  # type: ignore[attr-defined]
    tensor = context.tensors.get(name) if name in find_labels(context.forward.equations) else None
    return tensor is not None and bool(tensor.batch)


def pick_at_labels(
    base: SyntaxNode, indices: Sequence[SyntaxNode], context: NetworkContext
) -> SyntaxNode | None:
    """`base[np.arange(N), t]`, or `base[t]` of a matrix; None where no label stands there."""
    mask = find_label_mask(base, indices, context)
    if mask is not None:
        product = BinaryExpression("*", base, mask, span=base.span)
        axis = KeywordArgument("axis", ONE)
        return FunctionCall("np.sum", (product, axis), span=base.span)
    label = find_label(indices[0], context) if len(indices) == 1 else None
    # A tensor of the network with one label is read as a sum over its classes.
    if label is None or isinstance(base, TensorReference):
        return None
    rows = LabelMask(base, label, Fraction(0), span=base.span)
    return FunctionCall("np.matmul", (rows, base), span=base.span)


def find_label_mask(
    base: SyntaxNode, indices: Sequence[SyntaxNode], context: NetworkContext
) -> LabelMask | None:
    """The mask of the entries that `base[np.arange(N), t]` chooses; None for other indices."""
    if len(indices) != 2:
        return None
    count, label = indices[0], find_label(indices[1], context)
    if label is None or not isinstance(count, FunctionCall) or count.function != COUNTED:
        return None
    if len(count.arguments) != 1:
        return None
    names = {n.name for n in count.walk() if isinstance(n, Identifier)} & context.tensors.keys()
    table: dict[SyntaxNode, SyntaxNode] = {Identifier(n): TensorReference(n) for n in names}
    (rows,) = count.arguments
    return LabelMask(base, label, Fraction(1), replace_nodes(rows, table), span=base.span)


def change_at_labels(
    array: SyntaxNode, mask: LabelMask, value: SyntaxNode, mark: str
) -> SyntaxNode:
    """The array after `array[np.arange(N), t] -= value`, or `= value` where there is no mark."""
    new = BinaryExpression(mark, array, value) if mark else value
    others = BinaryExpression("*", array, BinaryExpression("-", ONE, mask))
    return BinaryExpression("+", others, BinaryExpression("*", mask, new), span=array.span)


def find_label(index: SyntaxNode, context: NetworkContext) -> TensorReference | None:
    """The labels of the samples of a batch, as a whole; None for what is no label."""
    labels = find_labels(context.forward.equations)
    name = index.name if isinstance(index, Identifier) else getattr(index, "letter", "")
    whole = isinstance(index, Identifier) or (
        isinstance(index, TensorReference) and index.indices is None and not index.kind
    )
    tensor = context.tensors.get(name) if whole and name in labels else None
    if tensor is None or len(tensor.shape) != 1 or not tensor.batch:
        return None
    return TensorReference(name, span=index.span)
