"""The step of the derivation at which a mistake enters, found by the name of the rule."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.claims.model.facts import Facts
from symconv.core.proof import Derivation

GENERAL: dict[str, tuple[str, ...]] = {
    "dead_relu": ("pointwise derivative",),
    "relu_at_zero": ("pointwise derivative",),
    "tie_rule": ("selection",),
}
"""The steps of the conventions, which belong to no rule of their own."""


def step_at(facts: Facts, key: str, rules: Sequence[str]) -> str:
    """`step 3 of the derivation of dC/dw^1: exchange of sums`; empty without a derivation.

    `key` is what is differentiated by, `rules` are the names to look for, the best one first.
    Where the derivation has none of them, its first step is meant.
    """
    derivation = facts.backward.derivation(key)
    if derivation is None or not derivation.steps:
        return ""
    number = _number(derivation, rules)
    rule = derivation.steps[number - 1].rule
    return f"step {number} of the derivation of d{facts.cost}/d{key}: {rule}"


def _number(derivation: Derivation, rules: Sequence[str]) -> int:
    names = [s.rule for s in derivation.steps]
    return next((names.index(rule) + 1 for rule in rules if rule in names), 1)
