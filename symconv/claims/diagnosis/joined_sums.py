"""A product of two sums: one sum of the products of their terms, and the claim is right.

The mistake is found in the claim, since sums without limits run over whatever their terms leave
them, which is more than the outputs that the derivation adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice, permutations

from symconv.claims.mistakes.sums import product_of_sums
from symconv.claims.model.substitution import rename_index, replace_nodes
from symconv.claims.model.syntax_tree import BinaryExpression, Numeral, Summation, SyntaxNode

MOST_PAIRS = 6
"""How many pairs of sums are joined: each is a claim to be tried, and most products have two."""

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
