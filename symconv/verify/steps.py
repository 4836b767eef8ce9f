"""Every step of a derivation: both sides evaluated at every index, on random sizes and entries.

The first step starts from the true derivative of the cost through the whole forward pass, and holds
for the true deltas of later layers. Every other step holds for any deltas, so random ones are put
in.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program, Ranges
from symconv.core.nodes import Partial
from symconv.core.proof import Derivation
from symconv.semantics.interpret import interpret
from symconv.semantics.places import Place, Sizes
from symconv.semantics.run import Tables
from symconv.semantics.work import extent

from .bounds import bound
from .chain import chain_error
from .points import BUDGET, points, work
from .record import Check, describe, same, several
from .trial import Trial, backward, forward_equations
from .trials import FAILURES, random_tables, trials


def check_steps(
    program: Program,
    derivations: Sequence[Derivation],
    *,
    draws: int = 3,
    seed: int = 0,
    made: Sequence[Trial] | None = None,
) -> tuple[Check, ...]:
    """One check for each derivation; `program` holds the forward and the backward equations."""
    made = step_trials(program, derivations, draws, seed) if made is None else made
    return tuple(_check(d, made, seed) for d in derivations)


def step_trials(
    program: Program, derivations: Sequence[Derivation], draws: int, seed: int
) -> list[Trial]:
    """Trials at which every formula of the derivations can be evaluated at all entries."""

    def affordable(sizes: Sizes) -> bool:
        forward = forward_equations(program)
        return all(work(formulas(d), d.ranges, sizes, forward) <= BUDGET for d in derivations)

    return trials(program, draws, seed, affordable)


def formulas(derivation: Derivation) -> list[Expr]:
    """What the derivation goes through: the first formula and what every step makes of it."""
    return [s.after for s in derivation.steps]


def _check(derivation: Derivation, made: Sequence[Trial], seed: int) -> Check:
    name = f"steps of {derivation.equation.key}"
    count, sizes = 0, tuple(describe(t.sizes) for t in made)
    error = chain_error(derivation)
    for trial in made if not error else ():
        try:
            tried, error = _trial_error(derivation, trial, seed)
        except FAILURES as problem:
            tried, error = 0, f"no value: {problem}"
        count += tried
        if error:
            error = f"{error} ({describe(trial.sizes)})"
            break
    detail = f"{len(derivation.steps)} steps at {coverage(derivation, made, count)}"
    return Check(name, not error, detail, count, sizes, error, bound(made, formulas(derivation)))


def coverage(derivation: Derivation, made: Sequence[Trial], count: int) -> str:
    """How many of all index values were compared."""
    total = sum(extent(derivation.ranges, t.sizes) for t in made)
    share = f"all {total}" if count == total else f"{count} of {total}"
    return f"{share} points of {several(len(made), 'random trial')}"


def _trial_error(derivation: Derivation, trial: Trial, seed: int) -> tuple[int, str]:
    """The number of index values compared, and the first step at which the two sides differ."""
    ranges, chain = derivation.ranges, formulas(derivation)
    places = points(chain, ranges, trial.sizes, trial.forward, seed)
    random = _random_deltas(chain, trial, seed)
    sides = [_truth(derivation, trial, places), _values(chain[0], ranges, trial, {}, places)]
    for number, step in enumerate(derivation.steps, start=1):
        if number > 1:
            sides = [sides[-1], _values(step.after, ranges, trial, random, places)]
        difference = _difference(sides, ranges, places)
        if difference:
            return len(places), f"step {number} ({step.rule}) at {difference}"
        if number == 1:
            sides = [_values(chain[0], ranges, trial, random, places)]
    return len(places), ""


def _random_deltas(chain: Sequence[Expr], trial: Trial, seed: int) -> Tables:
    """Random entries for the deltas that the formulas read."""
    keys = {str(a.base.label) for e in chain for a in e.atoms(Indexed)}
    deltas = [t for t in trial.program.tensors if backward(t) and t.key in keys]
    return random_tables(deltas, trial, Random(seed))  # noqa: S311 - test numbers, not secrets


def _values(
    e: Expr, ranges: Ranges, trial: Trial, deltas: Tables, places: Sequence[Place]
) -> list[Any]:
    """The values of a formula, with `deltas` in place of the true ones."""
    tables, indices = {**trial.tables, **deltas}, [v for v, _ in ranges]
    at = interpret(e, indices, trial.sizes, tables, trial.algebra, equations=trial.forward)
    return [at(place) for place in places]


def _difference(sides: Sequence[list[Any]], ranges: Ranges, places: Sequence[Place]) -> str:
    """The first place at which the two sides differ, with the values there."""
    for place, before, after in zip(places, *sides, strict=True):
        if not same(before, after):
            where = " ".join(f"{v}={n}" for (v, _), n in zip(ranges, place, strict=True))
            return f"{where or 'its one entry'}: {before} before, {after} after"
    return ""


def _truth(derivation: Derivation, trial: Trial, places: Sequence[Place]) -> list[Any]:
    """The derivative that the first step starts from, through the whole forward pass."""
    start = derivation.steps[0].before
    assert isinstance(start, Partial), "the chain was checked"
    assert isinstance(start.by, Indexed), "a derivative is by an entry"
    indices = [v for v, _ in derivation.ranges]
    table = trial.derivative(start.of)[derivation.of.key]
    at = interpret(start.by, indices, trial.sizes, {derivation.of.key: table}, trial.algebra)
    return [at(place) for place in places]
