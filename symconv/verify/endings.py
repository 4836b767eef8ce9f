"""The last lines of textbooks: every step from the result on, at random sizes and entries.

The result is held against the true derivative through the whole forward pass; then every step holds
for the true error signals, the names that an ending introduces being computed from their
definitions. Where an ending asks for sums of 1, the entries drawn have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sympy import Expr

from symconv.core.equation import Program
from symconv.core.proof import Ending, UnitSum
from symconv.core.tensor import Tensor
from symconv.semantics.index_arithmetic import Place, Sizes
from symconv.semantics.node_compiler import Table

from .evaluation_point import EvaluationPoint, evaluate_program
from .record import Check, count_nouns, format_sizes
from .sampling import BUDGET, FAILURES, choose_index_values, comparison_cost, draw_points
from .steps import coverage, evaluate_formula, first_difference

TRIALS = 5
"""How many choices of sizes an ending is tried at: what is right at one alone fails at four."""


def check_endings(
    program: Program, endings: Mapping[str, Ending], *, draws: int = TRIALS, seed: int = 0
) -> Iterator[Check]:
    """One check for each ending; `program` holds the forward and the backward equations."""
    for ending in endings.values():
        yield _check_ending(program, ending, draws, seed)


def _check_ending(program: Program, ending: Ending, draws: int, seed: int) -> Check:
    """All steps of one ending."""
    equation = ending.derivation.equation
    name, formulas = f"ending of {equation.key}", ending_formulas(ending)
    named = replace(
        program,
        tensors=program.tensors + ending.tensors,
        equations=program.equations + ending.definitions,
    )

    def affordable(sizes: Sizes) -> bool:
        return comparison_cost(formulas, equation.ranges, sizes) <= BUDGET

    error, count = _chain_error(ending), 0
    made = [] if error else draw_points(named, draws, seed, affordable)
    for trial in made:
        try:
            point = with_unit_sums(trial, ending.unit_sums)
            tried, error = _ending_error(ending, formulas, point, seed)
        except FAILURES as problem:
            tried, error = 0, f"no value: {problem}"
        count += tried
        if error:
            error = f"{error} ({format_sizes(trial.sizes)})"
            break
    steps = count_nouns(len(ending.steps), "step")
    detail = f"{steps} at {coverage(ending.derivation, made, count)}"
    return Check(name, not error, detail, count, tuple(format_sizes(t.sizes) for t in made), error)


def ending_formulas(ending: Ending) -> list[Expr]:
    """The result of the derivation, and what every step makes of it."""
    return [ending.steps[0].before, *(s.after for s in ending.steps)] if ending.steps else []


def _chain_error(ending: Ending) -> str:
    """Where the chain from the result to the last line is broken; empty where it is not."""
    if not ending.steps:
        return "there is no step"
    if ending.steps[0].before != ending.derivation.equation.rhs:
        return "step 1 does not start from the result of the derivation"
    for number, (one, other) in enumerate(pairwise(ending.steps), start=2):
        if one.after != other.before:
            return f"step {number} ({other.rule}) does not start where step {number - 1} ended"
    return ""


def _ending_error(
    ending: Ending, formulas: list[Expr], trial: EvaluationPoint, seed: int
) -> tuple[int, str]:
    """How many index values were compared, and the first step at which two sides differ."""
    equation, ranges = ending.derivation.equation, ending.derivation.ranges
    places = choose_index_values(formulas, ranges, trial.sizes, trial.forward.writers, seed)
    before = evaluate_formula(equation.lhs, ranges, trial, {}, places)
    for number, formula in enumerate(formulas):
        after = evaluate_formula(formula, ranges, trial, {}, places)
        difference = first_difference([before, after], ranges, places)
        if difference:
            rule = ending.steps[number - 1].rule if number else "the result"
            return len(places), f"step {number} ({rule}) at {difference}"
        before = after
    return len(places), ""


def with_unit_sums(trial: EvaluationPoint, sums: tuple[UnitSum, ...]) -> EvaluationPoint:
    """The same point, its entries along some axes changed so that they add up to 1."""
    if not sums:
        return trial
    tables = {**trial.values, **trial.seeds}
    for wanted in sums:
        tables[wanted.key] = _scale_to_one(trial, tables[wanted.key], wanted.axis)

    def entry(tensor: Tensor, place: Place) -> Any:
        return tables[tensor.key][place]

    return evaluate_program(trial.program, trial.sizes, trial.algebra, entry)


def _scale_to_one(trial: EvaluationPoint, table: Table, axis: int) -> dict[Place, Any]:
    """The last entry along the axis is what is missing to 1."""
    last = max(place[axis] for place in table)
    found = dict(table)
    for place in (p for p in table if p[axis] == last):
        rest = [(*place[:axis], n, *place[axis + 1 :]) for n in range(last)]
        found[place] = trial.algebra.number(1) - sum(table[p] for p in rest)
    return found
