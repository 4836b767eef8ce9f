"""The inner-product identity: the backward equation is the transpose of the forward derivative."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.core.tensor import Tensor
from symconv.semantics.autodiff import Dual, Duals
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.run import Tables, run_program

from .evaluation_point import EvaluationPoint
from .per_equation import check_each_equation, points_for_equations
from .record import Check, values_agree
from .sampling import random_tables


def check_inner_products(
    program: Program,
    *,
    draws: int = 3,
    seed: int = 0,
    made: Sequence[EvaluationPoint] | None = None,
) -> tuple[Check, ...]:
    """<g, J v> = <J^T g, v> for each backward equation, with random g and v.

    J is the derivative of the equations that read the tensor, applied by dual numbers; J^T g is the
    backward equation with random deltas g.
    """
    equations = program.derivatives
    made = points_for_equations(program, draws, seed) if made is None else made
    return check_each_equation("transpose", inner_product_error, equations, made, seed)


def inner_product_error(equation: Equation, trial: EvaluationPoint, seed: int) -> tuple[int, str]:
    """The two inner products, where they differ."""
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    program = trial.program
    tensor = program.tensor(program.tensor(equation.key).name.plain.key)
    direction = random_tables([tensor], trial, random)[tensor.key]
    cotangents = random_cotangents(equation, trial, random)
    pushed = _push_forward(tensor, direction, cotangents, trial)
    pulled = pull_back(equation, cotangents, trial)
    # <g, J v> = <J^T g, v> for random g and v holds for the right backward equation only, but for a
    # small chance; and it knows no rule of differentiation beyond dual numbers.
    transposed = sum(value * direction[place] for place, value in pulled.items())
    if values_agree(pushed, transposed):
        return 1, ""
    return 1, f"<g, Jv> = {pushed}, <J'g, v> = {transposed}"


def random_cotangents(equation: Equation, trial: EvaluationPoint, random: Random) -> Tables:
    """Random entries for the deltas that a backward equation reads, or should read."""
    program = trial.program
    plain = program.tensor(equation.key).name.plain.key
    keys = {key for e in program.writers[equation.key] for key in e.reads}
    for reader in trial.forward.readers.get(plain, ()):
        delta = program.derivative_tensors.get(reader.key)
        keys |= {delta.key} if delta else set()
    deltas = [t for t in program.in_order(keys) if t.is_derivative]
    return random_tables(deltas, trial, random)


def pull_back(equation: Equation, cotangents: Tables, trial: EvaluationPoint) -> dict[Place, Any]:
    """J^T g: all entries that a backward equation computes from the deltas g."""
    given = {k: t for k, t in cotangents.items() if k != equation.key}
    part = trial.program.part(trial.program.writers[equation.key])
    return run_program(part, trial.sizes, {**trial.values, **given}, trial.algebra)[equation.key]


def _push_forward(
    tensor: Tensor, direction: Any, cotangents: Tables, trial: EvaluationPoint
) -> Any:
    """<g, J v>: the slopes of what reads the tensor, weighted by the deltas g."""
    duals, total = Duals(trial.algebra), trial.algebra.number(0)
    moved = {p: Dual(x, direction[p]) for p, x in trial.values[tensor.key].items()}
    for equation in trial.forward.readers.get(tensor.key, ()):
        given = {k: trial.values[k] for k in equation.reads} | {tensor.key: moved}
        part = trial.program.part((equation,))
        table = run_program(part, trial.sizes, given, duals)[equation.key]
        for place, weight in output_cotangents(equation.key, cotangents, trial).items():
            total += weight * duals.slope(table[place])
    return total


def output_cotangents(key: str, cotangents: Tables, trial: EvaluationPoint) -> dict[Place, Any]:
    """The delta of a tensor; 1 for the cost; nothing where the cost does not depend on it."""
    program = trial.program
    delta = program.derivative_tensors.get(key)
    if delta is not None:
        return cotangents[delta.key]
    cost = program.tensor(key).role == "cost" and not trial.seeds
    return {(0,): trial.algebra.number(1)} if cost else {}
