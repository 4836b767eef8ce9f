"""Formulas with some of their parts replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from symconv.core.tree import rewrite

from .context import NetworkContext
from .syntax_tree import (
    Differential,
    FunctionCall,
    Identifier,
    Statement,
    Summation,
    SyntaxNode,
    TensorReference,
)


def replace_nodes(node: SyntaxNode, table: Mapping[SyntaxNode, SyntaxNode]) -> SyntaxNode:
    """The node with whole parts replaced."""
    return rewrite(node, lambda part: table.get(part) if isinstance(part, SyntaxNode) else None)


def rewrite_positioned_bias(node: SyntaxNode, context: NetworkContext) -> SyntaxNode:
    """dC/db_{i,j} of a shared bias as dC/dx_{i,j} of the value that it is added to."""
    table: dict[SyntaxNode, SyntaxNode] = {}
    for n in node.walk():
        if isinstance(n, Differential) and len(n.by.indices or ()) > 1:
            tensor = context.tensors.get(n.by.letter)
            if tensor is None or context.shape(tensor) != (1,):
                continue
            value = next(e.key for e in context.forward.equations if tensor.key in e.reads)
            table[n] = replace(n, by=TensorReference(value, None, n.by.indices, span=n.by.span))
    return replace_nodes(node, table)


def share_positioned_bias(node: SyntaxNode, context: NetworkContext) -> tuple[SyntaxNode, bool]:
    """b_{i,j} of a shared bias as the bias itself; whether that changes what the formula is worth.

    It does not inside of a derivative by something else, where a bias has no part.
    """
    table: dict[SyntaxNode, SyntaxNode] = {}
    for n in node.walk():
        if isinstance(n, TensorReference) and len(n.indices or ()) > 1:
            tensor = context.tensors.get(n.letter)
            if tensor is not None and tensor.role == "parameter" and context.shape(tensor) == (1,):
                table[n] = replace(n, indices=None)
    harmless = [
        m
        for n in node.walk()
        if isinstance(n, Differential)
        for m in n.of.walk()
        if m in table and isinstance(m, TensorReference) and m.letter != n.by.letter
    ]
    used = [n for n in node.walk() if n in table]
    return replace_nodes(node, table), len(used) > len(harmless)


def rename_index(node: SyntaxNode, name: str, new: str) -> SyntaxNode:
    """The node with another letter for a free index; a sum that binds the letter keeps it."""

    def change(part: object) -> SyntaxNode | None:
        if isinstance(part, Summation) and any(limit.name == name for limit in part.limits):
            return part
        if isinstance(part, Identifier) and part.name == name:
            return replace(part, name=new)
        return None

    return rewrite(node, change)


def name_kernel_extent(statement: Statement, context: NetworkContext) -> Statement:
    """A statement about sizes in which the letter of a square kernel is its extent: H - k + 1."""
    left = statement.parts[0]
    if not isinstance(left, Identifier) or left.name not in context.size_names:
        return statement
    table: dict[SyntaxNode, SyntaxNode] = {}
    for node in (n for part in statement.parts for n in part.walk()):
        if isinstance(node, TensorReference):
            extents = (
                {str(n) for n in context.tensors[node.letter].shape[-2:]}
                if (node.letter in context.kernels & context.tensors.keys())
                else set()
            )
            if node.indices is not None or node.letter != "k" or len(extents) != 1:
                return statement
            table[node] = Identifier("k", span=node.span)
    if not table or "k" not in context.size_names:
        return statement
    parts = tuple(replace_nodes(p, table) for p in statement.parts)
    notes = (*statement.notes, "k is read as the extent of the kernel k")
    return replace(statement, parts=parts, notes=notes)


def part_index_from_extent(statement: Statement, context: NetworkContext) -> Statement:
    """A statement in which the letter k of dC/dw_{k,l} is an index, not the extent of the kernel.

    The extent has the letter in k - 1 only where no entry on the left has it as an index.
    """
    own = {str(symbol).replace("_", "") for symbol, _ in context.sizes}
    entries = (n for n in statement.parts[0].walk() if isinstance(n, TensorReference))
    indices = [i for n in entries for i in n.indices or () if isinstance(i, Identifier)]
    if "k" not in context.size_names or "k" in own or all(i.name != "k" for i in indices):
        return statement
    parts = tuple(rename_index(p, "k", "k'") for p in statement.parts)
    notes = (*statement.notes, "k is read as an index, written k', not as the kernel's extent")
    return replace(statement, parts=parts, notes=notes)


def find_sample_weights(context: NetworkContext) -> frozenset[str]:
    """The letters of matrices that are multiplied with the samples of a batch."""
    tensors, found = context.forward.by_key, set[str]()
    for e in context.forward.equations:
        read = [tensors[key] for key in e.reads if key in tensors]
        matrices = {t.name.letter for t in read if t.role == "parameter" and len(t.shape) == 2}
        samples = [t for t in read if t.role in {"input", "value"} and len(t.shape) == 2]
        if samples and e.kind == "dense":
            found |= matrices
    return frozenset(found)


def transpose_weights(node: SyntaxNode, letters: Collection[str]) -> SyntaxNode:
    """The formula with every matrix of some letters, and each derivative by one, transposed.

    Entries stay: exchanged indices are a mistake, and no other way to store the weights.
    """

    def change(part: object) -> SyntaxNode | None:
        by = part.by if isinstance(part, Differential) else part
        if not isinstance(part, SyntaxNode) or not isinstance(by, TensorReference):
            return None
        if by.letter not in letters or by.indices is not None:
            return None
        return FunctionCall("transpose", (part,), span=part.span)

    return rewrite(node, change)
