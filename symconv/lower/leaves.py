"""Arrays that are not made of others: tensors, local arrays, numbers, counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr

if TYPE_CHECKING:
    from .program import Array


@dataclass(frozen=True)
class Ref:
    """The array of a tensor, by the tensor's key."""

    key: str


@dataclass(frozen=True)
class Local:
    """An array that only this function knows: `what` was made of the tensor `base`."""

    base: str
    what: str
    serial: int


@dataclass(frozen=True)
class Number:
    """A number or a size expression, the same everywhere."""

    value: Expr


@dataclass(frozen=True)
class Counter:
    """0, 1, ..., extent - 1."""

    extent: Expr


@dataclass(frozen=True)
class Constant:
    """A new array with the type of `like` (None: truth values), holding `fill` everywhere."""

    shape: tuple[Expr, ...]
    fill: Expr
    like: Array | None
