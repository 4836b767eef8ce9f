"""Budgets in steps of work, so that the same claim gets the same verdict on every machine.

A step is about a microsecond of one slow core: a term of a network's run in residues takes one, an
operation of a formula eight, and other arithmetics state how many times as much they take.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

STEPS_PER_SECOND = 1_000_000
"""The rate, stated once; measured on one core of 2.5 GHz, where most work is somewhat faster."""

VERDICT_STEPS = STEPS_PER_SECOND
"""What a verdict may take: 1 s."""

DIAGNOSIS_STEPS = STEPS_PER_SECOND
"""What naming the mistake may take beside: 1 s. Past it the verdict stands without a name."""

POST_SECONDS = 10
"""What a post may take, all statements together, where nothing else is asked for."""

READING_STEPS = 6
"""What reading takes for every character of a statement."""

STATEMENT_STEPS = 3_000
"""What every statement takes beside what its formulas take."""

EQUATION_STEPS = 400
"""What compiling an equation takes before its first term is visited."""

OPERATION_STEPS = 8
"""What one operation of a written formula takes, which walks a tree; a run is compiled."""


class OverBudget(Exception):  # noqa: N818 - an end of work, no failure of ours
    """The work that is left to do does not fit into the budget.

    No SymconvError, so that nothing takes it for a formula that has no value.
    """


class StepBudget:
    """Steps that are left; what is spent here is spent of the budgets around it, too."""

    def __init__(self, steps: int, around: StepBudget | None = None) -> None:
        # Nothing inside can spend more than is left around it, which `spend` relies on.
        self.left: int = steps if around is None else min(steps, around.left)
        self.around = around

    def spend(self, steps: int) -> None:
        """Take steps off; OverBudget where they are not there, before the work is done."""
        if steps > self.left:
            raise OverBudget
        self.left -= steps
        if self.around is not None:
            self.around.spend(steps)

    def give_back(self, steps: int) -> None:
        """Steps that are not counted after all, here and around."""
        self.left += steps
        if self.around is not None:
            self.around.give_back(steps)


_CURRENT: ContextVar[StepBudget | None] = ContextVar("budget", default=None)


@contextmanager
def limit_work(steps: int) -> Iterator[StepBudget]:
    """Work inside may take so many steps, and no more than the work around it has left."""
    budget = StepBudget(steps, _CURRENT.get())
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)


@contextmanager
def without_limit() -> Iterator[None]:
    """Work inside is not counted: one evaluation for the sake of its words."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def spend(steps: int) -> None:
    """Take steps off the budget of the work in progress, where it has one."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.spend(steps)


def give_back(steps: int) -> None:
    """Count some work as not done: what another secret number would not have taken."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.give_back(steps)


def steps_left() -> int:
    """How many steps the work in progress has left; a verdict's where it has no budget."""
    budget = _CURRENT.get()
    return VERDICT_STEPS if budget is None else budget.left
