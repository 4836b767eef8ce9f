"""What is computed entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .program import Array


@dataclass(frozen=True)
class Arithmetic:
    """`parts` joined by one operator, entry by entry."""

    operator: Literal["+", "*", "/", "**", "%"]
    parts: tuple[Array, ...]


@dataclass(frozen=True)
class Negative:
    """`-source`."""

    source: Array


@dataclass(frozen=True)
class Apply:
    """A named function of each entry."""

    function: str
    source: Array


@dataclass(frozen=True)
class Test:
    """A truth value per entry: `left` compared with `right`."""

    relation: Literal["==", ">=", "<", ">"]
    left: Array
    right: Array


@dataclass(frozen=True)
class Both:
    """Two truth values per entry, joined by *and*."""

    left: Array
    right: Array


@dataclass(frozen=True)
class Not:
    """The other truth value of each entry."""

    source: Array


@dataclass(frozen=True)
class Cast:
    """`source` with the type of `like`."""

    source: Array
    like: Array
