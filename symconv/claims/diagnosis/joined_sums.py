"""Sums that are mended in the claim: two that are to be one, and one without its error signal.

Sums without limits run over whatever their terms leave them, which is more than the outputs that
the derivation adds up, so that no broken rule reproduces them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice, permutations

from symconv.claims.mistakes.sums import product_of_sums
from symconv.claims.mistakes.upstream import upstream_forgotten
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import rename_index, replace_nodes
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Differential,
    Identifier,
    Numeral,
    Summation,
    SyntaxNode,
    TensorReference,
)

MOST_PAIRS = 6
"""How many pairs of sums are joined: each is a claim to be tried, and most products have two."""

FORGOTTEN, FORGOTTEN_TEXT = upstream_forgotten.name, upstream_forgotten.text
ONE = Numeral(Fraction(1), Fraction(1))
NAME, TEXT = product_of_sums.name, product_of_sums.text


def join_sums(part: SyntaxNode) -> Iterator[SyntaxNode]:
    """The part with two of its sums made one, in every way."""
    sums = [n for n in part.walk() if isinstance(n, Summation)]
    for outer, inner in islice(permutations(sums, 2), MOST_PAIRS):
        names = [x.name for x in outer.limits], [x.name for x in inner.limits]
        nested = any(n is inner for n in outer.body.walk())
        if len(names[0]) != len(names[1]) or any(n is outer for n in inner.body.walk()):
            continue
        term = inner.body
        for old, new in zip(names[1], names[0], strict=True):
            term = rename_index(term, old, new)
        if nested:
            body = replace_nodes(outer.body, {inner: term})
            yield replace_nodes(part, {outer: replace(outer, body=body)})
        else:
            total = replace(outer, body=BinaryExpression("", outer.body, term))
            yield replace_nodes(part, {outer: total, inner: ONE})


def multiply_signals(
    part: SyntaxNode, context: NetworkContext
) -> Iterator[tuple[SyntaxNode, SyntaxNode]]:
    """Every sum of a part that has no error signal, and the same with one of the summed indices."""
    nodes = list(part.walk())
    if any(isinstance(n, Differential) or getattr(n, "kind", "") for n in nodes):
        return
    for total in (n for n in nodes if isinstance(n, Summation)):
        inner, limits = total, list(total.limits)
        while isinstance(inner.body, Summation):
            inner = inner.body
            limits += inner.limits
        for tensor in context.deltas.values():
            name = tensor.name.plain
            if tensor.role != "delta" or len(tensor.shape) != len(limits):
                continue
            layer = None if name.layer is None else Numeral(Fraction(name.layer))
            indices = tuple(Identifier(x.name) for x in limits)
            signal = TensorReference(name.letter, layer, indices, "delta")
            body = BinaryExpression("", signal, inner.body)
            yield total, replace_nodes(total, {inner: replace(inner, body=body)})
