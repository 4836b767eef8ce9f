"""A network whose sizes are numbers: what C code is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Literal

from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction
from symconv.core.equation import Equation, Program, class_counts, find_ignored_classes
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.lower.equations import make_indices_unique

ElementKind = Literal["real", "label", "mask"]

LARGEST = 2**31 - 1
"""The most entries of an array: indices are of the type int, which has 32 bits wherever it may."""


@dataclass(frozen=True)
class SizedTensor:
    """A tensor, its extents as numbers, and what its entries are."""

    tensor: Tensor
    shape: tuple[int, ...]
    kind: ElementKind

    @property
    def key(self) -> str:
        return self.tensor.key

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return prod(self.shape)


@dataclass(frozen=True)
class SizedProgram:
    """Both passes with sizes that are numbers.

    SymconvError where an array has more than `LARGEST` entries.
    """

    spec: ModuleSpec

    def __post_init__(self) -> None:
        assert not self.spec.backward.program.free_sizes, "an open batch is computed in chunks"
        for tensor in self.tensors.values():
            if tensor.entries > LARGEST:
                raise SymconvError(
                    f"{tensor.key} has {tensor.entries} entries; C code has at most {LARGEST}",
                    help="give smaller sizes",
                )

    @cached_property
    def tensors(self) -> Mapping[str, SizedTensor]:
        """Every tensor by its key, the seed among them."""
        backward = self.spec.backward
        known = (*self.spec.forward.tensors, *backward.program.tensors, *backward.results)
        seed = (backward.seed,) if backward.seed else ()
        more = (*seed, *(self.prediction.tensors if self.prediction else ()))
        return {t.key: SizedTensor(t, _shape(t), self._kind(t)) for t in (*known, *more)}

    @cached_property
    def prediction(self) -> Program | None:
        """The equations down to what the network predicts, where it predicts something."""
        return find_prediction(self.spec.forward)

    def _kind(self, tensor: Tensor) -> ElementKind:
        if tensor.role == "mask":
            return "mask"
        return "label" if tensor.key in self.labels else "real"

    @cached_property
    def labels(self) -> frozenset[str]:
        """The keys of the tensors that hold class numbers."""
        equations = self.spec.backward.program.equations
        return frozenset({*class_counts(equations), *find_ignored_classes(equations)})

    @cached_property
    def given(self) -> tuple[SizedTensor, ...]:
        """What the caller passes to both passes; the seed comes last."""
        seed = self.spec.backward.seed
        tensors = (*self.spec.forward.given, *((seed,) if seed else ()))
        return tuple(self.tensors[t.key] for t in tensors)

    @cached_property
    def values(self) -> tuple[SizedTensor, ...]:
        """What the forward pass answers, in order."""
        return tuple(self.tensors[k] for k in dict.fromkeys(e.key for e in self.forward))

    @cached_property
    def results(self) -> tuple[SizedTensor, ...]:
        """What the backward pass answers."""
        return tuple(self.tensors[t.key] for t in self.spec.backward.results)

    @property
    def cost(self) -> SizedTensor | None:
        """The cost, where the network has one."""
        return None if self.spec.backward.seed else self.tensors[self.spec.forward.output]

    @cached_property
    def forward(self) -> tuple[Equation, ...]:
        """The equations of the forward pass."""
        return tuple(map(_name_indices_apart, self.spec.forward.equations))

    @cached_property
    def probabilities(self) -> tuple[Equation, ...]:
        """What a prediction needs behind the equations of the forward pass."""
        known = {e.key for e in self.spec.forward.equations}
        found = self.prediction.equations if self.prediction else ()
        return tuple(_name_indices_apart(e) for e in found if e.key not in known)

    @cached_property
    def backward(self) -> tuple[Equation, ...]:
        """The equations that the gradients need behind the forward pass, in order."""
        backward, known = self.spec.backward, {e.key for e in self.spec.forward.equations}
        required = backward.program.required((t.key for t in backward.results), known)
        return tuple(map(_name_indices_apart, required))


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(int(n) for n in tensor.shape if n.is_Integer)


def _name_indices_apart(e: Equation) -> Equation:
    """The equation with a name of its own for every index, all of which start at 0."""
    rhs = make_indices_unique(e.rhs, {v.name for v, _ in e.ranges})
    return Equation(e.lhs, rhs, e.ranges, e.title, e.kind)
