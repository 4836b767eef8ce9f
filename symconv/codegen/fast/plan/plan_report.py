"""A plan in words: what becomes of every equation, what it costs, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sympy import Expr

from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.sizes import Pair
from symconv.codegen.fast.algorithms.table import sort_algorithms
from symconv.core.equation import Equation

from .cost_model import Choice, count_work
from .operations import count_elements, count_operations
from .planner import BiasGradient, Contract, ExecutionPlan, Pool, PoolGradient, Step, Unplanned

BYTES = 4
"""The bytes of a number in float32, in which layers are usually trained and modules are measured
here; in float64 everything takes twice as many."""


def report_equations(
    equations: Iterable[Equation], numbers: Mapping[str, str] | None = None
) -> str:
    """What each equation costs where there is no plan."""
    known = numbers or {}
    return "\n".join(f"  {_name_tensor(e.key, known)}: {_report_cost(e)}" for e in equations)


def report_plan(plan: ExecutionPlan, numbers: Mapping[str, str] | None = None) -> str:
    """One paragraph for each step, the forward pass first; last what each algorithm does."""
    report = _PlanReport(plan, numbers or {})
    forward, backward = map(report.step, plan.forward), map(report.step, plan.backward)
    return "\n".join(["forward", *forward, "backward", *backward, *report.algorithms()])


class _PlanReport:
    """Puts the steps of one plan into words."""

    def __init__(self, plan: ExecutionPlan, numbers: Mapping[str, str]) -> None:
        self.choices = plan.choices
        self.numbers = numbers

    def step(self, step: Step) -> str:
        """One step in words."""
        return "\n".join(f"  {line}" for line in self._lines(step))

    def algorithms(self) -> Iterator[str]:
        """Every algorithm that is taken, with what the field calls it and what it does."""
        found = sort_algorithms(choice.algorithm for choice in self.choices.values())
        if found:
            yield "algorithms"
        for algorithm in found:
            also = f" ({', '.join(algorithm.synonyms)})" if algorithm.synonyms else ""
            yield f"  {algorithm.name}{also}: {algorithm.why}"

    def _lines(self, step: Step) -> Iterator[str]:
        match step:
            case Unplanned(equation):
                yield f"{self._name(equation.key)}: as in the readable style"
                yield f"    {_report_cost(equation)}"
            case Pool(stage):
                # `between` begins with the values before the maximum: the contraction and, if there
                # is one, its relu. The mask and the deltas follow.
                keys = (stage.contraction.result.key, *stage.between[1 : 1 + stage.rectified])
                yield f"{', '.join(map(self._name, (*keys, stage.key)))}: one stage"
                a, b = stage.phases
                yield f"    the maximum of {a} x {b} places comes before bias and relu"
                yield from self._cost(stage.contraction, keys[0], stage.phases)
            case PoolGradient(stage):
                keys = stage.between[1 + stage.rectified :]
                yield f"{', '.join(map(self._name, keys))}: one stage, no mask is written"
            case BiasGradient(equation, _):
                yield f"{self._name(equation.key)}: the sum of what reaches the winners"
            case Contract(equation, made, stage):
                yield f"{self._name(equation.key)}: a sum over windows, for the {made.computes}"
                yield from self._cost(made, equation.key, stage.phases if stage else (1, 1))

    def _name(self, key: str) -> str:
        return _name_tensor(key, self.numbers)

    def _cost(self, made: Contraction, key: str, phases: Pair) -> Iterator[str]:
        choice: Choice = self.choices[key]
        found = count_work(made, choice.algorithm, phases)
        yield f"    {choice.algorithm.name}: {choice.reason}"
        # Every product is added to a sum: two operations.
        yield f"    {2 * found.multiplications} FLOP, {_write_ratio(found.multiplications, made)}"
        yield f"    {BYTES * found.held} bytes in between (float32)"


def _name_tensor(key: str, numbers: Mapping[str, str]) -> str:
    """A tensor with the number of its equation."""
    return f"({numbers[key]}) {key}" if key in numbers else key


def _report_cost(equation: Equation) -> str:
    """The cost of an equation as it stands."""
    written = BYTES * count_elements(equation)
    return f"{count_operations(equation)} FLOP, {written} bytes written (float32)"


def _write_ratio(spent: Expr, made: Contraction) -> str:
    """How much more is multiplied than the formula asks for."""
    return f"{float(spent / made.multiplications):.2f} times what the formula asks for"
