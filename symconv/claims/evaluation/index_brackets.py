"""Brackets of indices among the factors of a sum: where one does not hold, the term is 0.

A sum over b, c, i, j with [b = b'] [c = c'] has as many terms as the brackets leave, so that the
steps of a derivation are worked out without the terms that they drop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import (
    ONE,
    ZERO,
    BinaryExpression,
    Cases,
    Condition,
    Identifier,
    Summation,
    SyntaxNode,
    UnaryMinus,
)

from .index_expressions import COMPARISONS, Environment, evaluate_index

PRODUCTS = {"", "*", "had"}
"""The signs of products that are 0 where a factor is the number 0."""


@dataclass(frozen=True)
class IndexBracket:
    """A condition that is a factor, and the names that stand in it."""

    condition: Condition
    names: frozenset[str]

    @property
    def equated(self) -> Sequence[str]:
        """The indices that an equation says the value of; none where it is no equation."""
        sides = self.condition.left, self.condition.right
        is_equation = self.condition.relation == "="
        return [side.name for side in sides if isinstance(side, Identifier) and is_equation]

    def fails(self, env: Environment, context: NetworkContext) -> bool:
        """Whether it certainly does not hold: not where one of its sides is no index."""
        sides = self.condition.left, self.condition.right
        left, right = (evaluate_index(side, env, context) for side in sides)
        if left is None or right is None:
            return False
        return not COMPARISONS[self.condition.relation](left, right)


def list_brackets(node: Summation) -> Sequence[IndexBracket]:
    """The brackets among the factors of a sum's body."""
    return [IndexBracket(c, _names(c)) for c in _find_conditions(node.body)]


def _find_conditions(node: SyntaxNode) -> Iterator[Condition]:
    match node:
        case UnaryMinus(body=body):
            yield from _find_conditions(body)
        case BinaryExpression(operator=operator, left=left, right=right) if operator in PRODUCTS:
            yield from _find_conditions(left)
            yield from _find_conditions(right)
        case Cases(branches=((one, Condition() as condition), (zero, None))):
            if (one, zero) == (ONE, ZERO) and condition.relation in COMPARISONS:
                yield condition
        case Summation(limits=limits, body=body) if type(node) is Summation:
            bound = {limit.name for limit in limits}
            yield from (c for c in _find_conditions(body) if bound.isdisjoint(_names(c)))


def _names(condition: Condition) -> frozenset[str]:
    return frozenset(n.name for n in condition.walk() if isinstance(n, Identifier))
