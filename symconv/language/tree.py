"""An equation as it was written: frozen nodes, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]


@dataclass(frozen=True)
class Node:
    """A part of an equation and where it stands."""

    span: Span


@dataclass(frozen=True)
class Number(Node):
    """A number as written: `2`, `0.5`."""

    digits: str


@dataclass(frozen=True)
class Reference(Node):
    """A name alone: an index, a size, or a tensor of one number."""

    name: str


@dataclass(frozen=True)
class Access(Node):
    """`x[i+m, j]`."""

    name: str
    places: tuple[Node, ...]


@dataclass(frozen=True)
class Call(Node):
    """`tanh(a)`."""

    function: str
    argument: Node


@dataclass(frozen=True)
class Binary(Node):
    """`a + b`, `a - b`, `a * b`, `a / b`, `a ^ b`."""

    operator: Literal["+", "-", "*", "/", "^"]
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative(Node):
    """`-a`."""

    of: Node


@dataclass(frozen=True)
class Range(Node):
    """`m<3`, or `m` alone where a tensor's shape says how far it runs."""

    index: str
    extent: Node | None


@dataclass(frozen=True)
class Reduction(Node):
    """`sum(m<3, n<3) body`, `max(...) body`, `logsumexp(...) body`."""

    kind: Literal["sum", "max", "logsumexp"]
    ranges: tuple[Range, ...]
    body: Node


@dataclass(frozen=True)
class Formula(Node):
    """`left = right for ranges`."""

    left: Access
    right: Node
    ranges: tuple[Range, ...]


def parts(node: Node) -> Iterator[Node]:
    """The node and everything in it, in reading order."""
    yield node
    for value in vars(node).values():
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Node):
                yield from parts(child)
