"""What a layer is: a frozen record of options with one forward equation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, ClassVar

from sympy import Expr

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .scope import Scope

TensorName = Annotated[str, "name"]
"""A name that a person gives to a tensor: a letter, then letters or digits."""

ValueName = Annotated[str, "value"]
"""The name of a value that the network has computed before, such as `a` or `a^1`."""

Decimal = Annotated[str | int | Expr, "number"]
"""An exact number: an integer, a decimal such as `0.01`, or a SymPy number."""


@dataclass(frozen=True)
class Layer(ABC):
    """A layer: `forward` states what it computes, and everything else is derived from that.

    `keyword` names the layer in a network text and `title` in a derivation; `letter` names its
    output where the person does not, and `inner` the values on the way to it. Fields without a
    default are positional in a network text, fields with one are options.
    """

    keyword: ClassVar[str]
    title: ClassVar[str]
    letter: ClassVar[str]
    inner: ClassVar[Mapping[str, str]] = MappingProxyType({})

    out: TensorName | None = field(default=None, kw_only=True)

    @abstractmethod
    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        """The forward equation of the layer applied to `x`; of several, the last is its output."""
