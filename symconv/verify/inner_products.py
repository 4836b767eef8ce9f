"""The inner-product identity: the backward equation is the transpose of the forward derivative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.core.tensor import Tensor
from symconv.semantics.duals import Dual, Duals
from symconv.semantics.places import Place
from symconv.semantics.run import Tables, reads, run

from .judging import backward_equations, equation_trials, for_each
from .record import Check, same
from .trial import Trial, backward
from .trials import random_tables


def check_inner_products(
    program: Program, *, draws: int = 3, seed: int = 0, made: Sequence[Trial] | None = None
) -> tuple[Check, ...]:
    """<g, J v> = <J^T g, v> for each backward equation, with random g and v.

    J is the derivative of the equations that read the tensor, applied by dual numbers; J^T g is the
    backward equation with random deltas g.
    """
    equations = backward_equations(program)
    made = equation_trials(program, draws, seed) if made is None else made
    return for_each("transpose", inner_product_error, equations, made, seed)


def inner_product_error(equation: Equation, trial: Trial, seed: int) -> tuple[int, str]:
    """The two inner products, where they differ."""
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    program = trial.program
    tensor = program.tensor(program.tensor(equation.key).name.plain.key)
    direction = random_tables([tensor], trial, random)[tensor.key]
    cotangents = random_tables([t for t in program.tensors if backward(t)], trial, random)
    pushed = _pushed(tensor, direction, cotangents, trial)
    pulled = pull(equation, cotangents, trial)
    transposed = sum(value * direction[place] for place, value in pulled.items())
    if same(pushed, transposed):
        return 1, ""
    return 1, f"<g, Jv> = {pushed}, <J'g, v> = {transposed}"


def pull(equation: Equation, cotangents: Tables, trial: Trial) -> dict[Place, Any]:
    """J^T g: all entries that a backward equation computes from the deltas g."""
    given = {k: t for k, t in cotangents.items() if k != equation.key}
    same_key = tuple(e for e in trial.program.equations if e.key == equation.key)
    part = replace(trial.program, equations=same_key)
    return run(part, trial.sizes, {**trial.values, **given}, trial.algebra)[equation.key]


def _pushed(tensor: Tensor, direction: Any, cotangents: Tables, trial: Trial) -> Any:
    """<g, J v>: the slopes of what reads the tensor, weighted by the deltas g."""
    duals, total = Duals(trial.algebra), trial.algebra.number(0)
    moved = {p: Dual(x, direction[p]) for p, x in trial.values[tensor.key].items()}
    for equation in trial.forward:
        if tensor.key in reads(equation):
            given = {**trial.values, tensor.key: moved}
            del given[equation.key]
            part = replace(trial.program, equations=(equation,))
            table = run(part, trial.sizes, given, duals)[equation.key]
            for place, weight in weights(equation.key, cotangents, trial).items():
                total += weight * duals.slope(table[place])
    return total


def weights(key: str, cotangents: Tables, trial: Trial) -> dict[Place, Any]:
    """The delta of a tensor; 1 for the cost; nothing where the cost does not depend on it."""
    program = trial.program
    deltas = [t.key for t in program.tensors if backward(t) and t.name.plain.key == key]
    if deltas:
        return cotangents[deltas[0]]
    cost = program.tensor(key).role == "cost" and not trial.seeds
    return {(0,): trial.algebra.number(1)} if cost else {}
