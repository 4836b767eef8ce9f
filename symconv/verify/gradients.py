"""Every backward equation against the true derivative of the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.semantics.duals import Dual, Duals
from symconv.semantics.interpret import interpret
from symconv.semantics.places import Place, place_reader
from symconv.semantics.run import reads, run
from symconv.semantics.work import extent

from .judging import backward_equations, equation_trials, for_each
from .points import points
from .record import Check, same
from .trial import Trial
from .trials import forward_work

SPOT_CHECKS = 3
"""At how many entries of a tensor the two oracles are compared with each other at most."""

SPOT_WORK = 300_000
"""How many leaves of formulas these comparisons may visit for one tensor."""


def check_gradients(
    program: Program, *, draws: int = 3, seed: int = 0, made: Sequence[Trial] | None = None
) -> tuple[Check, ...]:
    """Each backward equation equals dC/d(entry), evaluated with the true deltas of later layers.

    The truth comes from a tape of the forward pass, and from dual numbers at a few entries where
    that is affordable.
    """
    equations = backward_equations(program)
    made = equation_trials(program, draws, seed) if made is None else made
    return for_each("derivative", derivative_error, equations, made, seed)


def derivative_error(equation: Equation, trial: Trial, seed: int) -> tuple[int, str]:
    """Where a backward equation differs from the derivative of the cost."""
    indices = [v for v, _ in equation.ranges]
    value = interpret(equation.rhs, indices, trial.sizes, trial.tables, trial.algebra)
    slots = {v: n for n, v in enumerate(indices)}
    entry = place_reader(equation.lhs.indices, trial.sizes, slots)
    plain = trial.program.tensor(equation.key).name.plain.key
    places = points([equation.rhs], equation.ranges, trial.sizes, (), seed)
    for place in places:
        where = entry(list(place))
        found, true = value(place), trial.slopes[plain].get(where)
        if true is None or not same(found, true):
            return len(places), f"{equation.key}{list(where)} is {found}, the derivative is {true}"
    return len(places), spot_error(plain, trial, seed) or _uncovered(equation, plain, trial)


def _uncovered(equation: Equation, plain: str, trial: Trial) -> str:
    """Whether entries are left out that have a derivative (an affine left side may skip some)."""
    written = [e for e in trial.program.equations if e.key == equation.key]
    count = sum(extent(e.ranges, trial.sizes) for e in written)
    if count == len(trial.slopes[plain]):
        return ""
    return f"{equation.key} has {len(trial.slopes[plain])} entries, {count} are computed"


def spot_error(key: str, trial: Trial, seed: int) -> str:
    """Where dual numbers through the whole forward pass and the tape differ."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    places = sorted(trial.values[key])
    affordable = SPOT_WORK // (1 + forward_work(trial.program, trial.sizes))
    for place in random.sample(places, min(SPOT_CHECKS, affordable, len(places))):
        dual, true = dual_derivative(trial, key, place), trial.slopes[key][place]
        if not same(dual, true):
            return f"the oracles differ at {key}{list(place)}: {dual} and {true}"
    return ""


def dual_derivative(trial: Trial, key: str, place: Place) -> Any:
    """d(objective)/d(entry) by one run of the forward pass over dual numbers."""
    table = dict(trial.values[key])
    table[place] = Dual(table[place], trial.algebra.number(1))
    given = {k: t for k, t in trial.values.items() if k not in _downstream(trial, key)}
    duals, part = Duals(trial.algebra), replace(trial.program, equations=trial.forward)
    wanted = sorted({k for k, _ in trial.objective})
    tables = run(part, trial.sizes, {**given, key: table}, duals, wanted=wanted)
    return sum(duals.slope(tables[k][p]) * weight for (k, p), weight in trial.objective.items())


def _downstream(trial: Trial, key: str) -> set[str]:
    """The keys of the values that depend on a tensor."""
    found = {key}
    for equation in trial.forward:
        if reads(equation) & found:
            found.add(equation.key)
    return found
