"""The derivative of an activation in its own output, kept together: a (1 - a), and 1 - a^2."""

from __future__ import annotations

from fractions import Fraction

from symconv.claims.model.facts import Facts
from symconv.notation.presets import entry_name

from .assignment import all_places
from .polynomial_terms import Monomial, Terms, with_power

SLOPES = {"sigmoid": (1, 2, "(1 - {})"), "tanh": (0, 2, "(1 - ({})^2)")}
"""Of y and -y^2, and of 1 and -y^2, the powers of y, and the factor that stands for both."""


def folded(found: Terms, facts: Facts) -> Terms:
    """A sum in which c y - c y^2 is one term c y (1 - y), for every output y of a sigmoid."""
    table = dict(found.table)
    for equation in facts.forward.equations:
        rule = SLOPES.get(type(equation.rhs).__name__)
        if rule is None:
            continue
        tensor = facts.tensors[equation.key]
        for place in all_places(facts, tensor):
            _fold(table, entry_name(tensor, place, facts.notation), rule)
    return Terms(table)


def _fold(table: dict[Monomial, Fraction], name: str, rule: tuple[int, int, str]) -> None:
    """Put pairs of terms together in place."""
    low, high, factor = rule
    for monomial in [m for m in table if dict(m).get(name, 0) == high]:
        partner = with_power(monomial, name, low)
        if partner not in table or table[partner] != -table[monomial]:
            continue
        joined = with_power(partner, factor.format(name), 1)
        table[joined] = table.pop(partner)
        del table[monomial]
