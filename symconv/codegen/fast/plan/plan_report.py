"""A plan in words: what becomes of every equation, what it costs, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sympy import Expr

from symconv.codegen.fast.forms.contraction import Contraction
from symconv.codegen.fast.forms.sizes import Pair
from symconv.codegen.fast.forms.table import cost
from symconv.core.equation import Equation

from .cost_model import Choice
from .operations import numbers as count
from .operations import operations
from .planner import Contract, Plain, Plan, Pool, Step, Total, Unpool

BYTES = 4
"""The size of a number in float32."""


def explain_equations(
    equations: Iterable[Equation], numbers: Mapping[str, str] | None = None
) -> str:
    """What each equation costs where there is no plan."""
    told = numbers or {}
    return "\n".join(f"  {_named(e.key, told)}: {_plain(e)}" for e in equations)


def explain(plan: Plan, numbers: Mapping[str, str] | None = None) -> str:
    """One paragraph for each step, the forward pass first."""
    told = _Words(plan, numbers or {})
    parts = ["forward", *map(told.step, plan.forward), "backward", *map(told.step, plan.backward)]
    return "\n".join(parts)


class _Words:
    """Puts the steps of one plan into words."""

    def __init__(self, plan: Plan, numbers: Mapping[str, str]) -> None:
        self.choices = plan.choices
        self.numbers = numbers

    def step(self, step: Step) -> str:
        """One step in words."""
        return "\n".join(f"  {line}" for line in self._lines(step))

    def _lines(self, step: Step) -> Iterator[str]:
        match step:
            case Plain(equation):
                yield f"{self._name(equation.key)}: as in the readable style"
                yield f"    {_plain(equation)}"
            case Pool(stage):
                keys = (stage.contraction.result.key, *stage.between[1 : 1 + stage.rectified])
                yield f"{', '.join(map(self._name, (*keys, stage.key)))}: one stage"
                a, b = stage.phases
                yield f"    the maximum of {a} x {b} places comes before bias and relu"
                yield from self._cost(stage.contraction, keys[0], stage.phases)
            case Unpool(stage):
                keys = stage.between[1 + stage.rectified :]
                yield f"{', '.join(map(self._name, keys))}: one stage, no mask is written"
            case Total(equation, _):
                yield f"{self._name(equation.key)}: the sum of what reaches the winners"
            case Contract(equation, made, stage):
                yield f"{self._name(equation.key)}: a sum over windows, for the {made.computes}"
                yield from self._cost(made, equation.key, stage.phases if stage else (1, 1))

    def _name(self, key: str) -> str:
        return _named(key, self.numbers)

    def _cost(self, made: Contraction, key: str, phases: Pair) -> Iterator[str]:
        choice: Choice = self.choices[key]
        found = cost(made, choice.form, phases)
        yield f"    {choice.form}: {choice.reason}"
        yield f"    {2 * found.multiplications} FLOP, {_ratio(found.multiplications, made)}"
        yield f"    {BYTES * found.held} bytes in between (float32)"


def _named(key: str, numbers: Mapping[str, str]) -> str:
    """A tensor with the number of its equation."""
    return f"({numbers[key]}) {key}" if key in numbers else key


def _plain(equation: Equation) -> str:
    """The cost of an equation as it stands."""
    written = BYTES * count(equation)
    return f"{operations(equation)} FLOP, {written} bytes written (float32)"


def _ratio(spent: Expr, made: Contraction) -> str:
    """How much more is multiplied than the formula asks for."""
    return f"{float(spent / made.multiplications):.2f} times what the formula asks for"
