"""Formulas with some of their parts replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symconv.core.tree import rewrite

from .context import NetworkContext
from .syntax_tree import Differential, SyntaxNode, TensorReference


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
