"""Mistakes of single rules: the backward pass is run again with one rule broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import islice

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assignment import downstream
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.mistakes import Broken, mistakes
from symconv.claims.model.verdict import Cause
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError

from .constant_factor import factors, scaled
from .step_pointers import step_at
from .wrong_part import Suspect

Changes = dict[str, Equation]
MOST_VISITS = 3_000_000
"""How many terms the broken programs may visit together; a large network gets fewer of them."""


@dataclass(frozen=True)
class Trial:
    """A rule broken in one way, and what the question would be then; None where it has no value."""

    rule: Broken
    changes: Changes
    values: list[Value] | None

    def under(self, suspect: Suspect) -> list[Value]:
        """The same in another world."""
        return suspect.asked_in(suspect.world.broken(self.changes))

    def times(self, factor: Fraction, suspect: Suspect) -> list[Value]:
        """The same times a number."""
        return scaled(self.under(suspect), factor, suspect)

    def cause(self, suspect: Suspect) -> Cause:
        """The mistake, and the step at which it enters."""
        facts, output = suspect.facts, suspect.facts.before_cost
        broken = facts.program.tensor(next(iter(self.changes)))
        place = output if self.rule.at_output and output is not None else broken
        where = step_at(facts, place.name.plain.key, self.rule.steps)
        return Cause(self.rule.name, self.rule.text, where)


@lru_cache(maxsize=1)
def trials(suspect: Suspect) -> tuple[Trial, ...]:
    """Every way to break every rule, at one equation and then at all of them.

    They are kept, because two mistakes at once need them again.
    """
    found, equations = [], upstream(suspect)
    tables = [(rule, ways(rule, equations, suspect)) for rule in mistakes()]
    single = [(rule, {k: e}) for rule, pairs in tables for k, e in pairs]
    several = [(rule, _first(pairs)) for rule, pairs in tables if len(dict(pairs)) > 1]
    for rule, changes in [*single, *several][: MOST_VISITS // suspect.facts.work]:
        trial = Trial(rule, changes, None)
        with suppress(SymconvError, Undefined):
            trial = replace(trial, values=trial.under(suspect))
        found.append(trial)
    return tuple(found)


def _first(pairs: list[tuple[str, Equation]]) -> Changes:
    """The first way for every equation."""
    found: Changes = {}
    for key, equation in pairs:
        found.setdefault(key, equation)
    return found


def by_broken_rule(suspect: Suspect) -> Iterator[Cause]:
    """Every rule that reproduces the claim when it is broken."""
    for trial in trials(suspect):
        if trial.values is not None and suspect.judge(trial.values) and suspect.holds(trial.under):
            yield trial.cause(suspect)


def by_two_mistakes(suspect: Suspect) -> Iterator[Cause]:
    """A broken rule times a forgotten sign or a forgotten 2."""
    if not suspect.exact:
        return
    for factor, cause, _ in islice(factors(suspect.facts), 2):
        for trial in trials(suspect):
            if trial.values is None or not suspect.judge(scaled(trial.values, factor, suspect)):
                continue
            if suspect.holds(partial(trial.times, factor)):
                yield trial.cause(suspect)
                yield replace(cause, text=f"and {cause.text}", condition=False)
                return


def upstream(suspect: Suspect) -> list[Equation]:
    """The backward equations that the question depends on, the last one first."""
    facts = suspect.facts
    backward = [e for e in facts.program.equations if e.key not in facts.tensors]
    asked = {facts.deltas[k].key for k in suspect.tensors() if k in facts.deltas}
    return [e for e in reversed(backward) if asked & downstream(facts.program, [e.key])]


def ways(rule: Broken, equations: list[Equation], suspect: Suspect) -> list[tuple[str, Equation]]:
    """The equations that a rule changes when it is broken, each in every way."""
    return [
        (equation.key, replace(equation, rhs=rhs))
        for equation in equations
        for rhs in rule(equation, suspect.facts)
        if rhs != equation.rhs
    ]
