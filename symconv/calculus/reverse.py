"""Reverse mode: walk the equations backwards and give every dC/d(value) a name, its delta."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from sympy import Integer

from symconv.core.equation import Equation, Program
from symconv.core.proof import Backward, Derivation
from symconv.core.tensor import Name, Tensor

from .derivative import depends
from .derive import Consumer, derive
from .masks import Mask, masks_of
from .recognise import Recognition


def reverse(forward: Program, wrt: tuple[Tensor, ...]) -> Backward:
    """The gradients of the cost by the tensors `wrt`; every value between gets a named delta."""
    return _Reverse(forward, wrt).run()


def derivative_tensor(tensor: Tensor) -> Tensor:
    """The tensor that holds dC/d(tensor): a delta inside the network, else a gradient."""
    kind: Literal["delta", "gradient"] = "delta" if tensor.role == "value" else "gradient"
    return replace(tensor, name=replace(tensor.name, kind=kind), role=kind)


@dataclass(frozen=True)
class _Reverse:
    """One run of reverse mode."""

    forward: Program
    wrt: tuple[Tensor, ...]

    @cached_property
    def output(self) -> Tensor:
        return self.forward.tensor(self.forward.output)

    @cached_property
    def seed(self) -> Tensor | None:
        """The delta of the output; a cost needs none, since dC/dC = 1."""
        return None if self.output.scalar else derivative_tensor(self.output)

    @cached_property
    def cost(self) -> Tensor:
        """The cost, or the name of any scalar that depends on the output."""
        letters = {t.name.letter for t in self.forward.tensors}
        free = next(c for c in ("C", "E", "L", "Cost") if c not in letters)
        return (
            self.output if self.output.scalar else Tensor(Name(free), (Integer(1),), "cost", ("i",))
        )

    @cached_property
    def masks(self) -> tuple[Mask, ...]:
        return masks_of(self.forward)

    def run(self) -> Backward:
        recognition = Recognition(self.forward.equations, tuple(m.equation for m in self.masks))
        items: list[Equation | Derivation] = []
        deltas = {self.output.key: self.seed} if self.seed else {}
        for tensor in self._order():
            consumers = tuple(self._consumers(tensor, deltas))
            result = derivative_tensor(tensor)
            derivation = derive(tensor, result, self.cost, consumers, recognition)
            items += [m.equation for m in self._used(derivation) if m.equation not in items]
            items.append(derivation)
            deltas[tensor.key] = result
        results = tuple(derivative_tensor(t) for t in self.wrt)
        program = self._program(items, tuple(t for t in deltas.values() if t))
        return Backward(tuple(items), self.wrt, results, self.seed, self.cost, program)

    def _order(self) -> Iterator[Tensor]:
        """The tensors to differentiate by, each after every value that reads it."""
        wanted = {t.key for t in self.wrt}
        between = self._between(wanted)
        for equation in reversed(self.forward.equations):
            if equation.key in between and equation.key != self.output.key:
                yield self.forward.tensor(equation.key)
            for tensor in sorted(self.forward.tensors, key=lambda t: t.role != "parameter"):
                if tensor.key in wanted and self._first_reader(tensor) is equation:
                    yield tensor
        yield from (t for t in self.wrt if t.role != "value" and self._first_reader(t) is None)

    def _between(self, wanted: set[str]) -> set[str]:
        """The values that depend on a wanted tensor, and the wanted values themselves."""
        found = set(wanted)
        for equation in self.forward.equations:
            if any(self._reads(equation, self.forward.tensor(k)) for k in found):
                found.add(equation.key)
        return found

    def _first_reader(self, tensor: Tensor) -> Equation | None:
        """The first equation that reads a tensor which no equation defines."""
        if self.forward.equation(tensor.key) is not None:
            return None
        return next((e for e in self.forward.equations if self._reads(e, tensor)), None)

    def _consumers(self, tensor: Tensor, deltas: dict[str, Tensor]) -> Iterator[Consumer]:
        """The equations through which the cost sees the tensor."""
        for equation in self.forward.equations:
            seen = equation.key in deltas or equation.key == self.cost.key
            if seen and self._reads(equation, tensor):
                yield Consumer(equation, deltas.get(equation.key))

    @staticmethod
    def _reads(equation: Equation, tensor: Tensor) -> bool:
        return depends(equation.rhs, tensor)

    def _used(self, derivation: Derivation) -> Iterator[Mask]:
        """The masks that a derivation's result reads."""
        return (m for m in self.masks if derivation.equation.rhs.has(m.tensor.base))

    def _program(self, items: list[Equation | Derivation], deltas: tuple[Tensor, ...]) -> Program:
        """Forward and backward equations as one program."""
        equations = tuple(i.equation if isinstance(i, Derivation) else i for i in items)
        keys = {e.key for e in equations}
        masks = tuple(m.tensor for m in self.masks if m.tensor.key in keys)
        return replace(
            self.forward,
            tensors=self.forward.tensors + masks + deltas,
            equations=self.forward.equations + equations,
        )
