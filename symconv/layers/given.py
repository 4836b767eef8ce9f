"""A stage of a network that gives a tensor: one more input, or a constant without a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Size, Sizes

from .base import Layer, TensorName


@dataclass(frozen=True)
class GivenTensor(Layer):
    """One more input, or a constant: a mask, targets, numbers that nothing is differentiated by.

    `shape`, `batch` and `channels` are those of an input.
    """

    title: ClassVar[str] = "given tensor"
    letter: ClassVar[str] = "x"

    name: TensorName
    shape: Sizes
    batch: Size | None = None
    channels: Size | None = None
    role: Literal["input", "constant"] = "constant"

    @property
    def kind(self) -> str:
        return "given"

    def names(self, known: Mapping[str, str]) -> dict[str, TensorName]:  # noqa: ARG002 - as all have
        return {"given": self.name}

    def forward(self, x: Tensor, at: Scope) -> Equation:
        """No equation: the network takes the tensor as it is given."""
        raise NotImplementedError
