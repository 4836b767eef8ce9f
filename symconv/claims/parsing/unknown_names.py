"""Words of a claim that are no tensor, no index and no function."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Entry, Node, Statement, Symbol, Total
from symconv.claims.model.vocabulary import FUNCTIONS, RATES

WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]*)*")
LONGEST = 40


def unknown_word(statement: Statement, facts: Facts, known: Collection[str]) -> str:
    """One line on the first word that means nothing here; nothing where there is none.

    Words have two letters or more: single letters may be indices. `known` are names that came
    with values or definitions.
    """
    nodes = [n for part in statement.parts for n in part.walk()]
    named = {*known, *facts.layers, *facts.size_names, *RATES, facts.cost, *_indices(nodes, facts)}
    unread = sorted(n.span for n in nodes if len(_name(n)) > 1 and _name(n) not in named)
    if not unread:
        return ""
    start, stop = unread[0]
    match = WORD.match(statement.text, start)
    word = (match.group() if match else statement.text[start:stop])[:LONGEST]
    if word in FUNCTIONS:
        return f"'{word}' is a function, and what it is taken of stands in brackets: {word}(...)"
    functions = ", ".join(sorted(name for name in FUNCTIONS if name.islower()))
    return f"'{word}' is no tensor, index or function here; functions: {functions}"


def _name(node: Node) -> str:
    """The name that a node brings; options in quotes are no names."""
    name = node.letter if isinstance(node, Entry) and not node.kind else ""
    name = node.name if isinstance(node, Symbol) else name
    return name if name[:1].isalpha() else ""


def _indices(nodes: Collection[Node], facts: Facts) -> Iterator[str]:
    """The names that are indices: of sums, and on the tensors of the network."""
    for node in nodes:
        if isinstance(node, Total):
            yield from (limit.name for limit in node.limits)
        if isinstance(node, Entry) and (node.kind or node.letter in facts.layers):
            scripts = (*(node.indices or ()), *([node.layer] if node.layer else []))
            yield from (n.name for s in scripts for n in s.walk() if isinstance(n, Symbol))
