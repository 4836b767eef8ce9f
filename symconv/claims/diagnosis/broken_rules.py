"""Mistakes of single rules: the backward pass is run again with one rule broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import islice

from sympy import Expr

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assignment import find_dependents
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.mistakes import Mutation, mistakes
from symconv.claims.mistakes.window_sums import sum_over_window
from symconv.claims.model.budget import spend
from symconv.claims.model.verdict import Cause
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError

from .constant_factor import asks_for_slope_of_value, forgotten_factors, scale_values
from .wrong_part import WrongPart, step_of_mistake

Changes = dict[str, Equation]
MOST_VISITS = 3_000_000
"""How many terms the broken programs may visit together; a large network gets fewer of them."""


RULE_STEPS = 1_000
"""What it takes to break a rule at one equation, which rewrites a formula."""


@dataclass(frozen=True)
class MutatedRun:
    """A rule broken in one way, and what the question would be then; None where it has no value."""

    rule: Mutation
    changes: Changes
    values: list[Value] | None

    def under(self, wrong_part: WrongPart) -> list[Value]:
        """The same in another assignment."""
        return wrong_part.asked_in(wrong_part.assignment.broken(self.changes))

    def times(self, factor: Fraction, wrong_part: WrongPart) -> list[Value]:
        """The same times a number."""
        return scale_values(self.under(wrong_part), factor, wrong_part)

    def cause(self, wrong_part: WrongPart) -> Cause:
        """The mistake, and the step at which it enters."""
        context, output = wrong_part.context, wrong_part.context.before_cost
        broken = context.program.tensor(next(iter(self.changes)))
        place = output if self.rule.at_output and output is not None else broken
        where = step_of_mistake(context, place.name.plain.key, self.rule.steps)
        return Cause(self.rule.name, self.rule.text, where)


@lru_cache(maxsize=1)
def run_mutations(wrong_part: WrongPart) -> tuple[MutatedRun, ...]:
    """Every way to break every rule, at one equation and then at all of them.

    They are kept, because two mistakes at once need them again.
    """
    found, equations = [], find_upstream(wrong_part)
    only = wrong_part.only
    rules = [rule for rule in mistakes() if not only or rule.name in only]
    tables = [(rule, mutate_equations(rule, equations, wrong_part)) for rule in rules]
    single = [(rule, {k: e}) for rule, pairs in tables for k, e in pairs]
    several = [(rule, _first_changes(pairs)) for rule, pairs in tables if len(dict(pairs)) > 1]
    # Rules broken at one equation come first: that is the commoner mistake, and the one to be named
    # where both reproduce the claim.
    for rule, changes in [*single, *several][: MOST_VISITS // wrong_part.context.work]:
        trial = MutatedRun(rule, changes, None)
        with suppress(SymconvError, Undefined):
            trial = replace(trial, values=trial.under(wrong_part))
        found.append(trial)
    return tuple(found)


def _first_changes(pairs: list[tuple[str, Equation]]) -> Changes:
    """The first way for every equation."""
    found: Changes = {}
    for key, equation in pairs:
        found.setdefault(key, equation)
    return found


def by_broken_rule(wrong_part: WrongPart) -> Iterator[Cause]:
    """Every rule that reproduces the claim when it is broken."""
    of_value = asks_for_slope_of_value(wrong_part)
    for trial in run_mutations(wrong_part):
        if (
            trial.values is not None
            and not (of_value and trial.rule.at_output)
            and wrong_part.judge(trial.values)
            and wrong_part.holds(trial.under)
        ):
            yield trial.cause(wrong_part)


def by_two_mistakes(wrong_part: WrongPart) -> Iterator[Cause]:
    """A broken rule times a forgotten sign or a forgotten 2."""
    if not wrong_part.exact:
        return
    for factor, cause, _ in islice(forgotten_factors(wrong_part), 2):
        for trial in run_mutations(wrong_part):
            # The first assignment decides cheaply; the others are asked only if it agrees.
            if trial.values is None or not wrong_part.judge(
                scale_values(trial.values, factor, wrong_part)
            ):
                continue
            if wrong_part.holds(partial(trial.times, factor)):
                yield trial.cause(wrong_part)
                yield replace(cause, text=f"and {cause.text}", condition=False)
                return


def find_upstream(wrong_part: WrongPart) -> list[Equation]:
    """The backward equations that the question depends on, the last one first."""
    context = wrong_part.context
    asked = {context.deltas[k].key for k in wrong_part.tensors() if k in context.deltas}
    return [
        e
        for e in reversed(context.program.derivatives)
        if asked & find_dependents(context.program, [e.key])
    ]


def mutate_equations(
    rule: Mutation, equations: list[Equation], wrong_part: WrongPart
) -> list[tuple[str, Equation]]:
    """The equations that a rule changes when it is broken, each in every way."""
    spend(RULE_STEPS * len(equations))
    found: dict[tuple[str, Expr], Equation] = {}
    for equation in equations:
        other = sum_over_window(equation, wrong_part.context)
        for form in (equation, *([other] if other is not None else [])):
            for rhs in rule(form, wrong_part.context):
                if rhs not in {equation.rhs, form.rhs}:
                    found.setdefault((equation.key, rhs), replace(equation, rhs=rhs))
    return [(key, changed) for (key, _), changed in found.items()]
