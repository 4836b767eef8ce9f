"""Every step of a derivation: both sides evaluated at every index, on random sizes and entries.

The first step starts from the true derivative of the cost through the whole forward pass, and holds
for the true deltas of later layers. Every other step holds for any deltas, so random ones are put
in.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program, Ranges
from symconv.core.nodes import Partial
from symconv.core.proof import Derivation
from symconv.core.tensor import key_of
from symconv.semantics.index_arithmetic import Place, Sizes
from symconv.semantics.interpret import interpret
from symconv.semantics.run import Tables
from symconv.semantics.work import count_range_values

from .error_bounds import ComparisonBound
from .evaluation_point import EvaluationPoint, forward_equations
from .record import Check, count_nouns, format_sizes, values_agree
from .sampling import (
    BUDGET,
    FAILURES,
    choose_index_values,
    comparison_cost,
    draw_points,
    random_tables,
)


def check_steps(
    program: Program,
    derivations: Sequence[Derivation],
    *,
    draws: int = 3,
    seed: int = 0,
    made: Sequence[EvaluationPoint] | None = None,
) -> tuple[Check, ...]:
    """One check for each derivation; `program` holds the forward and the backward equations."""
    made = points_for_steps(program, derivations, draws, seed) if made is None else made
    bound = ComparisonBound(made)
    return tuple(_check_derivation(d, made, seed, bound) for d in derivations)


def points_for_steps(
    program: Program, derivations: Sequence[Derivation], draws: int, seed: int
) -> list[EvaluationPoint]:
    """Trials at which every formula of the derivations can be evaluated at all entries."""
    forward = replace(program, equations=forward_equations(program))

    def affordable(sizes: Sizes) -> bool:
        return all(
            comparison_cost(step_formulas(d), d.ranges, sizes, forward.writers) <= BUDGET
            for d in derivations
        )

    return draw_points(program, draws, seed, affordable)


def step_formulas(derivation: Derivation) -> list[Expr]:
    """What the derivation goes through: the first formula and what every step makes of it."""
    return [s.after for s in derivation.steps]


def _check_derivation(
    derivation: Derivation, made: Sequence[EvaluationPoint], seed: int, bound: ComparisonBound
) -> Check:
    name = f"steps of {derivation.equation.key}"
    count, sizes = 0, tuple(format_sizes(t.sizes) for t in made)
    error = chain_error(derivation)
    for trial in made if not error else ():
        try:
            tried, error = _step_error(derivation, trial, seed)
        except FAILURES as problem:
            tried, error = 0, f"no value: {problem}"
        count += tried
        if error:
            error = f"{error} ({format_sizes(trial.sizes)})"
            break
    detail = f"{len(derivation.steps)} steps at {coverage(derivation, made, count)}"
    return Check(
        name,
        not error,
        detail,
        count,
        sizes,
        error,
        bound.text(step_formulas(derivation)),
    )


def coverage(derivation: Derivation, made: Sequence[EvaluationPoint], count: int) -> str:
    """How many of all index values were compared."""
    total = sum(count_range_values(derivation.ranges, t.sizes) for t in made)
    share = f"all {total}" if count == total else f"{count} of {total}"
    return f"{share} points of {count_nouns(len(made), 'random trial')}"


def _step_error(derivation: Derivation, trial: EvaluationPoint, seed: int) -> tuple[int, str]:
    """The number of index values compared, and the first step at which the two sides differ."""
    ranges, chain = derivation.ranges, step_formulas(derivation)
    places = choose_index_values(chain, ranges, trial.sizes, trial.forward.writers, seed)
    random = _random_deltas(chain, trial, seed)
    sides = [
        _true_derivative(derivation, trial, places),
        evaluate_formula(chain[0], ranges, trial, {}, places),
    ]
    for number, step in enumerate(derivation.steps, start=1):
        if number > 1:
            sides = [sides[-1], evaluate_formula(step.after, ranges, trial, random, places)]
        difference = first_difference(sides, ranges, places)
        if difference:
            return len(places), f"step {number} ({step.rule}) at {difference}"
        # Step 1 is true for the true deltas only; what follows is algebra and holds for any, so
        # random ones are put in, which hide less.
        if number == 1:
            sides = [evaluate_formula(chain[0], ranges, trial, random, places)]
    return len(places), ""


def _random_deltas(chain: Sequence[Expr], trial: EvaluationPoint, seed: int) -> Tables:
    """Random entries for the deltas that the formulas read."""
    program = trial.program
    keys = {key_of(a) for e in chain for a in e.atoms(Indexed)} & program.by_key.keys()
    deltas = [t for t in program.in_order(keys) if t.is_derivative]
    return random_tables(deltas, trial, Random(seed))  # noqa: S311 - test numbers, not secrets


def evaluate_formula(
    e: Expr, ranges: Ranges, trial: EvaluationPoint, deltas: Tables, places: Sequence[Place]
) -> list[Any]:
    """The values of a formula, with `deltas` in place of the true ones."""
    tables, indices = ChainMap(deltas, trial.tables), [v for v, _ in ranges]
    at = interpret(e, indices, trial.sizes, tables, trial.algebra, equations=trial.forward.writers)
    return [at(place) for place in places]


def first_difference(sides: Sequence[list[Any]], ranges: Ranges, places: Sequence[Place]) -> str:
    """The first place at which the two sides differ, with the values there."""
    for place, before, after in zip(places, *sides, strict=True):
        if not values_agree(before, after):
            where = " ".join(f"{v}={n}" for (v, _), n in zip(ranges, place, strict=True))
            return f"{where or 'its one entry'}: {before} before, {after} after"
    return ""


def _true_derivative(
    derivation: Derivation, trial: EvaluationPoint, places: Sequence[Place]
) -> list[Any]:
    """The derivative that the first step starts from, through the whole forward pass."""
    start = derivation.steps[0].before
    assert isinstance(start, Partial), "the chain was checked"
    assert isinstance(start.by, Indexed), "a derivative is by an entry"
    indices = [v for v, _ in derivation.ranges]
    table = trial.derivative(start.of)[derivation.of.key]
    at = interpret(start.by, indices, trial.sizes, {derivation.of.key: table}, trial.algebra)
    return [at(place) for place in places]


def chain_error(derivation: Derivation) -> str:
    """Where the chain from dC/dT[q] to the equation is broken; empty where it is not."""
    steps, lhs = derivation.steps, derivation.equation.lhs
    if not steps:
        return "there is no step"
    start = steps[0].before
    if not (isinstance(start, Partial) and start.by == derivation.of[lhs.indices]):
        return f"step 1 starts from {start}, which is not the derivative by the entry asked for"
    for number, (one, next_one) in enumerate(pairwise(steps), start=1):
        if one.after != next_one.before:
            return f"step {number + 1} ({next_one.rule}) does not start where step {number} ended"
    if steps[-1].after != derivation.equation.rhs:
        return "the last step does not end in the right-hand side of the equation"
    return ""
