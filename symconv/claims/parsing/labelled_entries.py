r"""Entries at a label: `x_{n,t_n}` is sum_q x_{n,q} [q = t_n], the entry of the class of n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from sympy import Expr

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Condition,
    Differential,
    FunctionCall,
    Identifier,
    Numeral,
    Statement,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import find_labels, find_labels_outside

from .conditions import as_indicator

Labelled = tuple[TensorReference, int]
"""An entry, and which of its indices is a label."""

CLASSES = ("q", "k", "c", "r", "j", "l", "m", "p")
"""Letters for the class, the first that the statement does not use."""

OF_ALL_CLASSES = {"softmax", "log_softmax"}
"""Functions of all entries beside the one that is asked for: `softmax(z)_{n,t_n}`."""


def sum_labelled_entries(statement: Statement, context: NetworkContext, base: int) -> Statement:
    """The statement with every entry at a label as a sum over the classes.

    Only an axis of as many entries as there are classes has one at a label. A function of all
    classes, a logarithm of something with entries at one label, and a derivative by an entry are
    summed as wholes. Class numbers count from 0, and the classes of an axis from `base`.
    """
    keys = find_labels(context.forward.equations)
    labels = {context.tensors[k].name.letter for k in keys if k in context.tensors}
    counts = {*keys.values()} - {None}
    nodes = [n for part in statement.parts for n in part.walk()]
    bound = {n.name for n in nodes if isinstance(n, SumRange)}
    used = {n.name for n in nodes if isinstance(n, Identifier)} | bound
    used |= {n.letter for n in nodes if isinstance(n, TensorReference)}
    name = next((c for c in CLASSES if c not in used), None)
    if not labels or name is None:
        return statement
    # The label of a single sample has no index of its own: z_t.
    single = {k for k in labels - bound if context.shape(context.tensors[k]) == (1,)}

    def find_place(entry: TensorReference) -> int | None:
        at = [n for n, i in enumerate(entry.indices or ()) if _is_label(i, labels, single)]
        fits = len(at) == 1 and entry.letter not in labels
        return at[0] if fits and _count(entry, at[0], context) in counts else None

    table: dict[SyntaxNode, SyntaxNode] = {}
    # A label that may be none of the classes leaves no term, and the logarithm has no value.
    outside = find_labels_outside(context.forward.equations)
    for node in [] if outside else nodes:
        if isinstance(node, FunctionCall) and node.function == "log" and not node.primes:
            here = [n for n in node.walk() if isinstance(n, TensorReference)]
            found = [(n, at) for n in here if (at := find_place(n)) is not None]
            if found and _is_one_label(node, found):
                table[node] = _sum_classes(node, found, (name, base))
    for whole, entry in _find_entries(nodes):
        at = find_place(entry)
        if at is not None:
            table.setdefault(whole, _sum_classes(whole, [(entry, at)], (name, base)))
    if not table:
        return statement
    return replace(statement, parts=tuple(replace_nodes(p, table) for p in statement.parts))


def _find_entries(nodes: list[SyntaxNode]) -> Iterator[tuple[SyntaxNode, TensorReference]]:
    """Entries, each with what is summed where it is one at a label, the widest first."""
    for node in nodes:
        if isinstance(node, Differential):
            yield node, node.by
        if isinstance(node, FunctionCall) and node.function in OF_ALL_CLASSES:
            yield from ((node, a) for a in node.arguments if isinstance(a, TensorReference))
    yield from ((node, node) for node in nodes if isinstance(node, TensorReference))


def _count(entry: TensorReference, at: int, context: NetworkContext) -> Expr | None:
    """How many entries the axis of an index has; None where the tensor has no such axis."""
    tensor = context.tensors.get(entry.letter)
    shape = () if tensor is None else tensor.shape
    return shape[at] if at < len(shape) == len(entry.indices or ()) else None


def _is_label(index: SyntaxNode, labels: set[str], single: set[str]) -> bool:
    if isinstance(index, Identifier):
        return index.name in single
    return isinstance(index, TensorReference) and index.letter in labels and not index.kind


def _is_one_label(whole: SyntaxNode, found: Sequence[Labelled]) -> bool:
    """Whether some entries are at one label, which nothing inside of the whole counts."""
    chosen = {entry.indices[at] for entry, at in found if entry.indices is not None}
    bound = {n.name for n in whole.walk() if isinstance(n, SumRange)}
    names = {n.name for i in chosen for n in i.walk() if isinstance(n, Identifier)}
    return len(chosen) == 1 and not names & bound


def _sum_classes(
    whole: SyntaxNode, found: Sequence[Labelled], counted: tuple[str, int]
) -> SyntaxNode:
    """sum_q f(x_q) [q = t] for f(x_t)."""
    (name, base), (entry, at) = counted, found[0]
    assert entry.indices is not None, "an entry at a label has indices"
    index = entry.indices[at]
    letter = Identifier(name, span=index.span)
    label = TensorReference(index.name, span=index.span) if isinstance(index, Identifier) else index
    table = dict[SyntaxNode, SyntaxNode]()
    for each, n in found:
        sub = each.indices or ()
        table[each] = replace(each, indices=(*sub[:n], letter, *sub[n + 1 :]))
    first = Numeral(Fraction(base), span=index.span)
    number = BinaryExpression("-", letter, first, span=index.span) if base else letter
    here = as_indicator(Condition("=", number, label, span=label.span))
    product = BinaryExpression("*", replace_nodes(whole, table), here, span=whole.span)
    return Summation((SumRange(name, span=whole.span),), product, span=whole.span)
