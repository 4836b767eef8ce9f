"""Formulas with parts put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from symconv.semantics.run import reads

from .facts import Facts
from .tree import Differential, Entry, Node


def substituted(node: Node, table: Mapping[Node, Node]) -> Node:
    """The node with whole parts replaced."""
    if node in table:
        return table[node]
    changes = {f.name: _inside(getattr(node, f.name), table) for f in fields(node)}
    return replace(node, **changes)


def _inside(value: Any, table: Mapping[Node, Node]) -> Any:
    if isinstance(value, Node):
        return substituted(value, table)
    return tuple(_inside(x, table) for x in value) if isinstance(value, tuple) else value


def positioned(node: Node, facts: Facts) -> Node:
    """dC/db_{i,j} of a shared bias as dC/dx_{i,j} of the value that it is added to."""
    table: dict[Node, Node] = {}
    for n in node.walk():
        if isinstance(n, Differential) and len(n.by.indices or ()) > 1:
            tensor = facts.tensors.get(n.by.letter)
            if tensor is None or facts.shape(tensor) != (1,):
                continue
            value = next(e.key for e in facts.forward.equations if tensor.key in reads(e))
            table[n] = replace(n, by=Entry(value, None, n.by.indices, span=n.by.span))
    return substituted(node, table)
