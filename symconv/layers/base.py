"""What a layer is: a frozen record of options with one forward equation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, ClassVar, get_type_hints

from sympy import Expr

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.scope import Scope

TensorName = Annotated[str, "name"]
"""A name that a person gives to a tensor: a letter, then letters or digits."""

ValueName = Annotated[str, "value"]
"""The name of a value that the network has computed before, such as `a` or `a^1`."""

EquationText = Annotated[str, "equation"]
"""An equation as a person writes it."""

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

    def names(self, known: AbstractSet[str]) -> dict[str, TensorName]:  # noqa: ARG002 - see below
        """The names of parameters and targets by the field that gives them.

        `known` are the letters that mean something before this layer.
        """
        hints = get_type_hints(type(self), include_extras=True)
        named = [f for f, hint in hints.items() if hint in (TensorName, TensorName | None)]
        return {f: getattr(self, f) for f in named if f != "out" and getattr(self, f)}

    @property
    def kind(self) -> str:
        """What its equations are to code that asks: the keyword; `equation` where there is none."""
        return getattr(self, "keyword", "equation")

    def output_name(self) -> TensorName | None:
        """The name of the output, if the person gave one."""
        return self.out

    @abstractmethod
    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        """The forward equation of the layer applied to `x`; of several, the last is its output."""
