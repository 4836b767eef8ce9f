"""Chain rules over several paths: which of their derivatives hold the other values."""

from __future__ import annotations

from dataclasses import replace

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    Differential,
    Statement,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.readings.ambiguity import Choices
from symconv.claims.readings.several_paths import ALL, DIRECT, SEVERAL_PATHS


def choose_paths(statement: Statement, context: NetworkContext, choices: Choices) -> Statement:
    """The statement with the derivatives of each chain rule over several paths as they are meant.

    Where one part has the derivatives of several values by one, each is meant along the path that
    its own formula shows, or along all of them. Those of the cost are along all.
    """
    parts = []
    for part in statement.parts:
        found = _group_by_letter(part, context)
        table: dict[SyntaxNode, SyntaxNode] = {}
        for letter, inner in found.items():
            several = len({_name_value(d.of) for d in inner}) > 1
            if several and choices.choose(SEVERAL_PATHS, letter, (DIRECT, ALL)) == DIRECT:
                table |= {d: replace(d, direct=True) for d in inner}
        parts.append(replace_nodes(part, table) if table else part)
    return replace(statement, parts=tuple(parts))


def _group_by_letter(part: SyntaxNode, context: NetworkContext) -> dict[str, list[Differential]]:
    """The derivatives within a part, by what they differentiate by; those of the cost left out."""
    found: dict[str, list[Differential]] = {}
    for node in part.walk():
        if isinstance(node, Differential) and not _is_of_cost(node, context):
            found.setdefault(node.by.letter, []).append(node)
    return found


def _name_value(of: SyntaxNode) -> str | SyntaxNode:
    """Of the entries of one tensor that tensor; any other formula is a value of its own."""
    return of.letter if isinstance(of, TensorReference) and not of.layer else of


def _is_of_cost(node: Differential, context: NetworkContext) -> bool:
    of = node.of
    return isinstance(of, TensorReference) and of.letter == context.cost and not of.kind
