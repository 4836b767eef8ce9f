"""The proof object: what was done, where and why; and the number of every equation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr

from .equation import Equation, Program, Ranges
from .tensor import Tensor


@dataclass(frozen=True)
class Step:
    """One rule applied: `before` equals `after` at every value of the derivation's free indices.

    `rule` is the rule's name, `reason` says it in words, `conditions` are the side conditions under
    which the two sides are equal. `where` is the part of `before` that the rule rewrote and
    `became` what it turned into (both None when the whole formula changed).
    """

    rule: str
    before: Expr
    after: Expr
    reason: str
    conditions: tuple[str, ...] = ()
    where: Expr | None = None
    became: Expr | None = None

    def __repr__(self) -> str:
        return f"<Step {self.rule}: {self.reason}>"


@dataclass(frozen=True)
class Derivation:
    """A chain of steps from dC/d(entry) to `equation.rhs`.

    `equation` is the result: an access of the delta or gradient tensor on the left. `ranges` are
    the free indices. `of` is the tensor that was differentiated by, `via` the forward equations
    that read it.
    """

    of: Tensor
    equation: Equation
    steps: tuple[Step, ...]
    via: tuple[Equation, ...]

    def __repr__(self) -> str:
        return f"<Derivation of {self.equation.key}: {len(self.steps)} steps>"

    @property
    def ranges(self) -> Ranges:
        return self.equation.ranges


@dataclass(frozen=True)
class UnitSum:
    """A condition: the entries of the tensor `key` add up to 1 along one of its axes."""

    key: str
    axis: int


@dataclass(frozen=True)
class Ending:
    """Further steps from the result of a derivation to the line that textbooks end in.

    `definitions` name parts of the formulas, `tensors` are what they define. The steps hold where
    the sums of `unit_sums` are 1. Code and checks of code know nothing of it: the result of the
    derivation stays what is computed.
    """

    derivation: Derivation
    steps: tuple[Step, ...]
    definitions: tuple[Equation, ...] = ()
    tensors: tuple[Tensor, ...] = ()
    unit_sums: tuple[UnitSum, ...] = ()

    @property
    def equation(self) -> Equation:
        """The left side of the derivation and the last line."""
        return replace(self.derivation.equation, rhs=self.steps[-1].after)


@dataclass(frozen=True)
class Backward:
    """The backward pass: mask equations and derivations in the order they are computed.

    `wrt` are the tensors asked for and `results` the tensors that hold their derivatives. `cost` is
    the scalar that is differentiated. When the network has no cost of its own, `cost` stands for
    any scalar that depends on the output, and `seed` is the delta of the output, given from
    outside. `program` is forward and backward in one.
    """

    items: tuple[Equation | Derivation, ...]
    wrt: tuple[Tensor, ...]
    results: tuple[Tensor, ...]
    seed: Tensor | None
    cost: Tensor
    program: Program

    @cached_property
    def derivations(self) -> tuple[Derivation, ...]:
        return tuple(i for i in self.items if isinstance(i, Derivation))

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(i.equation if isinstance(i, Derivation) else i for i in self.items)

    def derivation(self, key: str) -> Derivation | None:
        """The derivation of dC/d(tensor) for the tensor of that key."""
        return self._by_tensor.get(key)

    @cached_property
    def _by_tensor(self) -> dict[str, Derivation]:
        """The derivations by the tensor that they differentiate by."""
        return {d.of.key: d for d in reversed(self.derivations)}


def equation_of(item: Derivation | Equation) -> Equation:
    """The equation that a derivation ends in; an equation stands for itself."""
    return item.equation if isinstance(item, Derivation) else item


def number_equations(program: Program, backward: Sequence[Derivation | Equation]) -> dict[str, int]:
    """Key of the defined tensor -> number: forward equations, then backward ones in order."""
    numbers: dict[str, int] = {}
    for equation in (*program.equations, *map(equation_of, backward)):
        numbers.setdefault(equation.key, len(numbers) + 1)
    return numbers
