"""One verdict for each backward equation of a program, over a few random trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symconv.core.equation import Equation, Program
from symconv.semantics.index_arithmetic import Sizes

from .error_bounds import ComparisonBound
from .evaluation_point import EvaluationPoint
from .record import Check, count_nouns, format_sizes
from .sampling import BUDGET, FAILURES, comparison_cost, draw_points

Judge = Callable[[Equation, EvaluationPoint, int], tuple[int, str]]
"""From an equation, a trial and a seed to the number of comparisons and the first thing wrong."""


def points_for_equations(program: Program, draws: int, seed: int) -> list[EvaluationPoint]:
    """Trials at which every backward equation can be evaluated at all of its entries."""
    equations = program.derivatives

    def affordable(sizes: Sizes) -> bool:
        return all(comparison_cost([e.rhs], e.ranges, sizes) <= BUDGET for e in equations)

    return draw_points(program, draws, seed, affordable)


def check_each_equation(
    what: str,
    judge: Judge,
    equations: Sequence[Equation],
    made: Sequence[EvaluationPoint],
    seed: int,
) -> tuple[Check, ...]:
    """One check for each equation, all of them on the same trials."""
    # Of the whole program, and so the same for all of its equations.
    bound = ComparisonBound(made).text()
    return tuple(
        replace(_check_equation(f"{what} {e.key}", e, judge, made, seed), bound=bound)
        for e in equations
    )


def _check_equation(
    name: str, equation: Equation, judge: Judge, made: Sequence[EvaluationPoint], seed: int
) -> Check:
    count, error = 0, ""
    for trial in made:
        try:
            tried, error = judge(equation, trial, seed)
        except FAILURES as problem:
            tried, error = 0, f"no value: {problem}"
        count += tried
        # One counterexample is enough, and the first one is the easiest to look at.
        if error:
            error = f"{error} ({format_sizes(trial.sizes)})"
            break
    detail = f"{count} points of {count_nouns(len(made), 'random trial')}"
    sizes = tuple(format_sizes(t.sizes) for t in made)
    return Check(name, not error, detail, count, sizes, error)
