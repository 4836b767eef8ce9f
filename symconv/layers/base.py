"""What a layer is: a frozen record of options with one forward equation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .scope import Scope

TensorName = Annotated[str, "name"]
"""A name that a person gives to a tensor: a letter, then letters or digits."""


@dataclass(frozen=True)
class Layer(ABC):
    """A layer: `forward` states what it computes, and everything else is derived from that.

    `keyword` names the layer in a network text and `title` in a derivation; `letter` names its
    output where the person does not. Fields without a default are positional in a network text,
    fields with one are options.
    """

    keyword: ClassVar[str]
    title: ClassVar[str]
    letter: ClassVar[str]

    out: TensorName | None = field(default=None, kw_only=True)

    @abstractmethod
    def forward(self, x: Tensor, at: Scope) -> Equation:
        """The forward equation of the layer applied to `x`."""
