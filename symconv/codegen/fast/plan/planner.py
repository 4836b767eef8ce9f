"""What every equation of a network becomes: a step of a plan, or the readable form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.proof import Backward

from .batch_last_dense import BatchLastFlatten, BatchLastProduct, match_dense_product, match_flatten
from .cost_model import Choice, choose
from .overrides import PlanOverrides
from .recognise import recognize_contraction
from .stages import PoolingStage, find_stages, sums_over_places


@dataclass(frozen=True)
class Contract:
    """A contraction over windows; `stage` is the one whose planes it reads."""

    equation: Equation
    contraction: Contraction
    stage: PoolingStage | None = None


@dataclass(frozen=True)
class Pool:
    """The forward pass of a stage."""

    stage: PoolingStage


@dataclass(frozen=True)
class PoolGradient:
    """The backward pass of a stage, down to its planes."""

    stage: PoolingStage


@dataclass(frozen=True)
class BiasGradient:
    """The sum of a delta over places, taken from what reaches the winners."""

    equation: Equation
    stage: PoolingStage


@dataclass(frozen=True)
class Unplanned:
    """An equation in its readable form, or as `run` says with the batch as the innermost run."""

    equation: Equation
    run: BatchLastFlatten | BatchLastProduct | None = None


Step: TypeAlias = Contract | Pool | PoolGradient | BiasGradient | Unplanned


@dataclass(frozen=True)
class ExecutionPlan:
    """The steps of both passes, in their order.

    `hidden` are the keys of the tensors that are never written; `choices` map the key of every sum
    over windows to its algorithm.
    """

    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    hidden: frozenset[str]
    choices: Mapping[str, Choice]

    @property
    def plain(self) -> bool:
        """Whether nothing has a form of its own."""
        return all(isinstance(s, Unplanned) for s in (*self.forward, *self.backward))


def plan_network(
    forward: Program, backward: Backward, overrides: PlanOverrides | None = None
) -> ExecutionPlan:
    """The plan of a network; `overrides` overrule the cost model.

    SymconvError where they name an equation that is no sum over windows, or an algorithm that
    cannot compute it.
    """
    program = backward.program
    results = {t.key for t in backward.results}
    needed = program.required(results, {e.key for e in forward.equations})
    # A stage never writes what stands between its ends: it is none where the caller asks for one of
    # these tensors.
    known = {s.key: s for s in find_stages(program) if not set(s.between) & results}
    planner = _Planner(program, tuple(known.values()), overrides or PlanOverrides())
    first = tuple(s for e in forward.equations for s in planner.steps(e))
    second = tuple(s for e in needed for s in planner.steps(e))
    hidden = frozenset(k for s in known.values() for k in s.between)
    choices = planner.choices(first + second)
    # Only now is known how planes lie in memory. Dense layers behind them follow suit.
    if any(c.algorithm.runs_along_batch for c in choices.values()):
        first, second = planner.run_along_batch(first), planner.run_along_batch(second)
    return ExecutionPlan(first, second, hidden, choices)


@dataclass(frozen=True)
class _Planner:
    program: Program
    stages: tuple[PoolingStage, ...]
    overrides: PlanOverrides

    def steps(self, e: Equation) -> tuple[Step, ...]:
        """What one equation becomes; an equation inside of a stage becomes nothing."""
        # Stages first: taken by itself, a contraction inside of one would be planned once more.
        for s in self.stages:
            if e.key == s.key:
                return (Pool(s),)
            if e.key == s.delta:
                return (PoolGradient(s),)
            if e.key in s.between:
                return ()
            if sums_over_places(e, s.delta):
                return (BiasGradient(e, s),)
        made = recognize_contraction(self.program, e)
        if made is None or not _can_broadcast(made):
            return (Unplanned(e),)
        # A gradient that reads the delta of a stage reads its planes, as nobody writes it as
        # images.
        stage = next((s for s in self.stages if s.delta == made.places.key), None)
        return (Contract(e, made, stage),)

    def run_along_batch(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The same steps; what is flattened keeps the batch as its innermost run."""
        return tuple(
            self._run_along_batch(s.equation) if isinstance(s, Unplanned) else s for s in steps
        )

    def _run_along_batch(self, e: Equation) -> Unplanned:
        return Unplanned(e, match_flatten(self.program, e) or match_dense_product(self.program, e))

    def choices(self, steps: tuple[Step, ...]) -> dict[str, Choice]:
        """The form of every contraction; the three of one geometry agree."""
        # They agree without being told: `choose` weighs all three sums of a geometry, whichever of
        # them it is asked for.
        pools = [s.stage for s in steps if isinstance(s, Pool)]
        made = {s.contraction.result.key: (s.contraction, s.phases) for s in pools}
        for s in steps:
            if isinstance(s, Contract):
                made[s.equation.key] = s.contraction, s.stage.phases if s.stage else (1, 1)
        self._check_keys(made)
        return {key: choose(c, self.overrides, key, phases) for key, (c, phases) in made.items()}

    def _check_keys(self, made: Mapping[str, object]) -> None:
        """Refuse a wish for an equation that is no contraction over windows."""
        for key in self.overrides.forms:
            if key not in made:
                raise SymconvError(f"'{key}' is no sum over windows", help=did_you_mean(key, made))


def _can_broadcast(made: Contraction) -> bool:
    """Whether what is added only needs new axes to fit."""
    where = made.indices
    for addend in made.addends:
        if not isinstance(addend, Indexed):
            return False
        if all(e.is_number for e in addend.indices):
            continue
        # Axes that rise need no transpose: NumPy stretches over the others.
        axes = [where.get(e) for e in addend.indices]
        if None in axes or axes != sorted(set(axes), key=_rank_axis):
            return False
    # Where a tensor is read twice, its gradient has an addend; helper functions add nothing to a
    # gradient.
    return made.computes == "places" or not made.addends


def _rank_axis(axis: int | None) -> int:
    return -1 if axis is None else axis
