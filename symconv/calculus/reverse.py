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

from .derivative import visible
from .derive import Consumer, derive
from .masks import Mask, masks_of


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
        letters |= {str(s) for t in self.forward.tensors for n in t.shape for s in n.free_symbols}
        free = next(c for c in ("C", "E", "L", "Cost") if c not in letters)
        return (
            self.output if self.output.scalar else Tensor(Name(free), (Integer(1),), "cost", ("i",))
        )

    @cached_property
    def masks(self) -> dict[str, tuple[Mask, ...]]:
        """The masks of an equation's maxima, by the key of what it defines."""
        return masks_of(self.forward)

    @cached_property
    def reads(self) -> dict[str, frozenset[str]]:
        """The keys of the tensors that each equation reads, by the key of what it defines."""
        return {e.key: visible(e.rhs) for e in self.forward.equations}

    @cached_property
    def readers(self) -> dict[str, list[Equation]]:
        """The equations that read a tensor, by its key, in order."""
        found: dict[str, list[Equation]] = {t.key: [] for t in self.forward.tensors}
        for equation in self.forward.equations:
            for key in sorted(self.reads[equation.key]):
                found[key].append(equation)
        return found

    def run(self) -> Backward:
        items: list[Equation | Derivation] = []
        deltas = {self.output.key: self.seed} if self.seed else {}
        for tensor in self._order():
            consumers = tuple(self._consumers(tensor, deltas))
            masks = [m.equation for c in consumers for m in self.masks.get(c.equation.key, ())]
            result = derivative_tensor(tensor)
            derivation = derive(tensor, result, self.cost, consumers, tuple(masks))
            items += [m for m in masks if m not in items]
            items.append(derivation)
            deltas[tensor.key] = result
        results = tuple(derivative_tensor(t) for t in self.wrt)
        program = self._program(items, tuple(t for t in deltas.values() if t))
        return Backward(tuple(items), self.wrt, results, self.seed, self.cost, program)

    def _order(self) -> Iterator[Tensor]:
        """The tensors to differentiate by, each after every value that reads it."""
        wanted = {t.key for t in self.wrt}
        between = self._between(wanted)
        given = [t for t in self.wrt if t.key not in self.reads]
        given.sort(key=lambda t: t.role != "parameter")
        for equation in reversed(self.forward.equations):
            if equation.key in between and equation.key != self.output.key:
                yield self.forward.tensor(equation.key)
            here = (t for t in given if t.key in self.reads[equation.key])
            yield from (t for t in here if self.readers[t.key][0] is equation)
        yield from (t for t in given if not self.readers[t.key])

    def _between(self, wanted: set[str]) -> set[str]:
        """The values that depend on a wanted tensor and on which the output depends."""
        found = set(wanted)
        for key, read in self.reads.items():
            found |= {key} if read & found else set()
        return found & self._influential

    @cached_property
    def _influential(self) -> set[str]:
        """The tensors on which the output depends, and the output."""
        found = {self.output.key}
        for key, read in reversed(self.reads.items()):
            found |= read if key in found else set()
        return found

    def _consumers(self, tensor: Tensor, deltas: dict[str, Tensor]) -> Iterator[Consumer]:
        """The equations through which the cost sees the tensor."""
        for equation in self.readers[tensor.key]:
            if equation.key in deltas or equation.key == self.cost.key:
                yield Consumer(equation, deltas.get(equation.key))

    def _program(self, items: list[Equation | Derivation], deltas: tuple[Tensor, ...]) -> Program:
        """Forward and backward equations as one program."""
        equations = tuple(i.equation if isinstance(i, Derivation) else i for i in items)
        keys = {e.key for e in equations}
        masks = (m.tensor for some in self.masks.values() for m in some)
        return replace(
            self.forward,
            tensors=(*self.forward.tensors, *(m for m in masks if m.key in keys), *deltas),
            equations=self.forward.equations + equations,
        )
