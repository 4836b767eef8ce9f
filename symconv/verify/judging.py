"""One verdict for each backward equation of a program, over a few random trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symconv.core.equation import Equation, Program
from symconv.semantics.places import Sizes

from .bounds import bound
from .points import BUDGET, work
from .record import Check, describe, several
from .trial import Trial, backward
from .trials import FAILURES, trials

Judge = Callable[[Equation, Trial, int], tuple[int, str]]
"""From an equation, a trial and a seed to the number of comparisons and the first thing wrong."""


def backward_equations(program: Program) -> tuple[Equation, ...]:
    """The equations that compute deltas and gradients."""
    return tuple(e for e in program.equations if backward(program.tensor(e.key)))


def equation_trials(program: Program, draws: int, seed: int) -> list[Trial]:
    """Trials at which every backward equation can be evaluated at all of its entries."""
    equations = backward_equations(program)

    def affordable(sizes: Sizes) -> bool:
        return all(work([e.rhs], e.ranges, sizes, ()) <= BUDGET for e in equations)

    return trials(program, draws, seed, affordable)


def for_each(
    what: str, judge: Judge, equations: Sequence[Equation], made: Sequence[Trial], seed: int
) -> tuple[Check, ...]:
    """One check for each equation, all of them on the same trials."""
    return tuple(_judge(f"{what} {e.key}", e, judge, made, seed) for e in equations)


def _judge(name: str, equation: Equation, judge: Judge, made: Sequence[Trial], seed: int) -> Check:
    count, error = 0, ""
    for trial in made:
        try:
            tried, error = judge(equation, trial, seed)
        except FAILURES as problem:
            tried, error = 0, f"no value: {problem}"
        count += tried
        if error:
            error = f"{error} ({describe(trial.sizes)})"
            break
    detail = f"{count} points of {several(len(made), 'random trial')}"
    sizes = tuple(describe(t.sizes) for t in made)
    return Check(name, not error, detail, count, sizes, error, bound(made))
