"""What a layer is: a frozen record of options with one forward equation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self, get_type_hints

from sympy import Expr

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.scope import Scope

TensorName = Annotated[str, "name"]
"""A name that a person gives to a tensor: a letter, then letters or digits."""

GivenName = Annotated[str, "given"]
"""The name of numbers that a layer takes as they are: targets, weights of classes, running means.

An input, a constant or a value that a person has given that name before is meant; where there is
none, it is a tensor of its own, without a gradient.
"""

ValueName = Annotated[str, "value"]
"""The name of a value that the network has computed before, such as `a` or `a^1`."""

EquationText = Annotated[str, "equation"]
"""An equation as a person writes it."""

Decimal = Annotated[str | int | Expr, "number"]
"""An exact number: an integer, a decimal such as `0.01`, a SymPy number; or a letter.

A letter is a parameter of one number, which has a gradient like any other.
"""

Place = Annotated[int, "place"]
"""The number of an axis, counted from 0; negative ones are counted from the end."""


Label = Annotated[int, "label"]
"""A whole number that a label may be: a class, counted from 0, or a number that is none."""

READ_AS = {"input", "given", "out"}
"""What a letter was given as that a later layer may read: an input, a constant, an output."""

COMMON = ("out", "of")
"""The fields that every layer has: they are written behind its own."""


@cache
def _find_fields(layer: type, kind: Any) -> tuple[str, ...]:
    """The fields of a kind, such as names of tensors; reading annotations takes a millisecond."""
    hints = get_type_hints(layer, include_extras=True)
    named = (f for f, hint in hints.items() if hint in (kind, kind | None))
    return tuple(f for f in named if f not in COMMON)


@dataclass(frozen=True)
class Layer(ABC):
    """A layer: `forward` states what it computes, and everything else is derived from that.

    `keyword` names the layer in a network text and `title` in a derivation; `letter` names its
    output where the person does not, and `inner` the values on the way to it. Fields without a
    default are positional in a network text, fields with one are options.

    What a layer does with the axes of its input is stated beside it: `spans` is the field that says
    how many axes of space a window spans, `takes_space` says that all are taken, `takes_channels`
    that an axis of channels or features is needed, `takes_rows` that the rows of two axes are
    samples, and `ends_axes` that space and channels are mixed.
    """

    keyword: ClassVar[str]
    title: ClassVar[str]
    letter: ClassVar[str]
    inner: ClassVar[Mapping[str, str]] = MappingProxyType({})
    spans: ClassVar[str] = ""
    takes_space: ClassVar[bool] = False
    takes_channels: ClassVar[bool] = False
    takes_rows: ClassVar[bool] = False
    ends_axes: ClassVar[bool] = False
    instead: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The option that may stand for a field without a default, which is None then."""

    out: TensorName | None = field(default=None, kw_only=True)
    of: ValueName | None = field(default=None, kw_only=True)
    """The value that the layer is applied to, where that is not what stands before it."""

    def names(self, known: Mapping[str, str]) -> dict[str, TensorName]:
        """The names of parameters and targets by the field that gives them.

        `known` are the letters that mean something before this layer, and what each was given as.
        """
        named = [f for f in _find_fields(type(self), TensorName) if getattr(self, f)]
        given = [f for f in _find_fields(type(self), GivenName) if getattr(self, f)]
        named += [f for f in given if known.get(getattr(self, f).partition("^")[0]) not in READ_AS]
        return {f: getattr(self, f) for f in named} | self._letters()

    def _letters(self) -> dict[str, str]:
        """The numbers for which a person wrote a letter, by their fields."""
        values = {f: getattr(self, f) for f in _find_fields(type(self), Decimal)}
        return {f: v for f, v in values.items() if isinstance(v, str) and v[:1].isalpha()}

    def with_letters(self, at: Scope) -> Self:
        """The layer with its parameters of one number in the place of their letters."""
        made: dict[str, Any] = {f: at.parameter(f, ())[0] for f in self._letters()}
        return replace(self, **made) if made else self

    @property
    def kind(self) -> str:
        """What its equations are to code that asks: the keyword; `equation` where there is none."""
        return getattr(self, "keyword", "equation")

    def inner_letters(self) -> Mapping[str, str]:
        """The letters of the values on the way to the output, as its options have them."""
        return self.inner

    def output_name(self) -> TensorName | None:
        """The name of the output, if the person gave one."""
        return self.out

    def spans_all(self) -> bool:
        """Whether the layer takes all axes of space, however many there are."""
        single = bool(self.spans) and not isinstance(getattr(self, self.spans), tuple)
        return self.takes_space or single

    def needs_channels(self) -> bool:
        """Whether the layer needs an axis of channels or features that nobody named."""
        return self.takes_channels and getattr(self, "axis", None) is None

    def needs_rows(self) -> bool:
        """Whether the layer takes the rows of two axes as samples."""
        return self.takes_rows

    def space_after(self, x: Tensor, axes: int) -> int | None:
        """How many of the axes of its output are space; None where that is not known."""
        if self.spans:
            window = getattr(self, self.spans)
            return len(window) if isinstance(window, tuple) else max(1, x.space or 0)
        if self.ends_axes or x.space is None:
            return 0 if self.ends_axes else None
        return x.space if axes == len(x.shape) else 0

    @abstractmethod
    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        """The forward equation of the layer applied to `x`; of several, the last is its output."""
