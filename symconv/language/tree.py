"""An equation as it was written: frozen nodes, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]


@dataclass(frozen=True)
class EquationNode:
    """A part of an equation and where it stands."""

    span: Span


@dataclass(frozen=True)
class NumberLiteral(EquationNode):
    """A number as written: `2`, `0.5`."""

    digits: str


@dataclass(frozen=True)
class Reference(EquationNode):
    """A name alone: an index, a size, or a tensor of one number."""

    name: str


@dataclass(frozen=True)
class Access(EquationNode):
    """`x[i+m, j]`."""

    name: str
    places: tuple[EquationNode, ...]


@dataclass(frozen=True)
class ElementwiseCall(EquationNode):
    """`tanh(a)`, `max(a, b)`."""

    function: str
    arguments: tuple[EquationNode, ...]


@dataclass(frozen=True)
class BinaryOperation(EquationNode):
    """`a + b`, `a - b`, `a * b`, `a / b`, `a ^ b`."""

    operator: Literal["+", "-", "*", "/", "^"]
    left: EquationNode
    right: EquationNode


@dataclass(frozen=True)
class Negation(EquationNode):
    """`-a`."""

    of: EquationNode


@dataclass(frozen=True)
class BracketNode(EquationNode):
    """`[a = b]`, 1 where it holds, else 0."""

    relation: Literal["=", "!=", "<", "<=", ">", ">="]
    left: EquationNode
    right: EquationNode


@dataclass(frozen=True)
class Range(EquationNode):
    """`m<3`, or `m` alone where a tensor's shape says how far it runs."""

    index: str
    extent: EquationNode | None


@dataclass(frozen=True)
class IndexReduction(EquationNode):
    """`sum(m<3, n<3) body`; max, min, prod and logsumexp alike."""

    kind: Literal["sum", "max", "min", "prod", "logsumexp"]
    ranges: tuple[Range, ...]
    body: EquationNode


@dataclass(frozen=True)
class Formula(EquationNode):
    """`left = right for ranges`."""

    left: Access
    right: EquationNode
    ranges: tuple[Range, ...]
