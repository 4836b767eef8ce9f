"""Every backward equation against the true derivative of the cost."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.semantics.autodiff import Dual, Duals
from symconv.semantics.index_arithmetic import Place, compile_place
from symconv.semantics.interpret import interpret
from symconv.semantics.run import run_program
from symconv.semantics.work import count_range_values

from .evaluation_point import EvaluationPoint
from .per_equation import check_each_equation, points_for_equations
from .record import Check, values_agree
from .sampling import choose_index_values

SPOT_CHECKS = 3
"""At how many entries of a tensor the two oracles are compared with each other at most."""

SPOT_WORK = 300_000
"""How many leaves of formulas these comparisons may visit for one tensor."""

TRIAL_WORK = 3_000_000
"""How many leaves they may visit for all tensors of a network, which takes some seconds.

Each goes through the forward pass, so that without it a thousand layers would take a million.
"""

EQUATION_WORK = 300
"""As how many leaves an equation counts in a pass, which has to be prepared for it, too."""


def check_gradients(
    program: Program,
    *,
    draws: int = 3,
    seed: int = 0,
    made: Sequence[EvaluationPoint] | None = None,
) -> tuple[Check, ...]:
    """Each backward equation equals dC/d(entry), evaluated with the true deltas of later layers.

    The truth comes from a tape of the forward pass, and from dual numbers at a few entries where
    that is affordable.
    """
    equations = program.derivatives
    made = points_for_equations(program, draws, seed) if made is None else made
    return check_each_equation("derivative", derivative_error, equations, made, seed)


def derivative_error(equation: Equation, trial: EvaluationPoint, seed: int) -> tuple[int, str]:
    """Where a backward equation differs from the derivative of the cost."""
    indices = [v for v, _ in equation.ranges]
    value = interpret(equation.rhs, indices, trial.sizes, trial.tables, trial.algebra)
    slots = {v: n for n, v in enumerate(indices)}
    entry = compile_place(equation.lhs.indices, trial.sizes, slots)
    plain = trial.program.tensor(equation.key).name.plain.key
    places = choose_index_values([equation.rhs], equation.ranges, trial.sizes, {}, seed)
    for place in places:
        where = entry(list(place))
        found, true = value(place), trial.slopes[plain].get(where)
        if true is None or not values_agree(found, true):
            return len(places), f"{equation.key}{list(where)} is {found}, the derivative is {true}"
    return len(places), spot_error(plain, trial, seed) or _missing_entries(equation, plain, trial)


def _missing_entries(equation: Equation, plain: str, trial: EvaluationPoint) -> str:
    """What is said where entries that have a derivative are computed by no equation; else empty."""
    written = trial.program.writers[equation.key]
    count = sum(count_range_values(e.ranges, trial.sizes) for e in written)
    if count == len(trial.slopes[plain]):
        return ""
    return f"{equation.key} has {len(trial.slopes[plain])} entries, {count} are computed"


def spot_error(key: str, trial: EvaluationPoint, seed: int) -> str:
    """Where dual numbers through the whole forward pass and the tape differ."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    places = sorted(trial.values[key])
    # Dual numbers need a forward pass for each entry, the tape one backward pass for all of them.
    for place in random.sample(places, min(_count_spots(key, trial), len(places))):
        dual, true = dual_derivative(trial, key, place), trial.slopes[key][place]
        if not values_agree(dual, true):
            return f"the oracles differ at {key}{list(place)}: {dual} and {true}"
    return ""


def _count_spots(key: str, trial: EvaluationPoint) -> int:
    """At how many entries of a tensor the oracles are compared."""
    passes = 1 + trial.forward_cost + EQUATION_WORK * len(trial.forward.equations)
    keys = list(trial.program.derivative_tensors)
    rank, several, total = keys.index(key), len(keys), TRIAL_WORK // passes
    # The entries that the trial can pay for, spread evenly over its tensors.
    share = (rank + 1) * total // several - rank * total // several
    return min(SPOT_CHECKS, SPOT_WORK // passes, share)


def dual_derivative(trial: EvaluationPoint, key: str, place: Place) -> Any:
    """d(objective)/d(entry) by one run of the forward pass over dual numbers."""
    table = dict(trial.values[key])
    table[place] = Dual(table[place], trial.algebra.number(1))
    dependent = _dependent_keys(trial, key)
    given = {k: t for k, t in trial.values.items() if k not in dependent}
    duals, wanted = Duals(trial.algebra), sorted({k for k, _ in trial.objective})
    tables = run_program(trial.forward, trial.sizes, {**given, key: table}, duals, wanted=wanted)
    return sum(duals.slope(tables[k][p]) * weight for (k, p), weight in trial.objective.items())


def _dependent_keys(trial: EvaluationPoint, key: str) -> set[str]:
    """The keys of the values that depend on a tensor."""
    found = {key}
    for equation in trial.forward.equations:
        if equation.reads & found:
            found.add(equation.key)
    return found
