"""The equations of one network as statements, each group of equations lowered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.core.equation import Equation, SizeDefinition
from symconv.core.tensor import Tensor

from .equations import lower_equations
from .ir import Statement


@dataclass(frozen=True)
class Lowering:
    """Lowers equations of one network; what has been asked for is remembered."""

    tensors: Mapping[str, Tensor]
    definitions: tuple[SizeDefinition, ...]
    forward: tuple[Equation, ...] = ()
    """The equations of the forward pass, which tell what labels there may be."""

    found: dict[tuple[Equation, ...], tuple[Statement, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __call__(self, equations: tuple[Equation, ...]) -> tuple[Statement, ...]:
        """The array program that computes the equations one after the other."""
        if equations not in self.found:
            self.found[equations] = lower_equations(
                dict(self.tensors), equations, self.definitions, labelled=self.forward
            )
        return self.found[equations]
