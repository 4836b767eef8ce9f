"""The tree of a claim: what was written, and where it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction

Span = tuple[int, int]
NOWHERE: Span = (0, 0)


@dataclass(frozen=True)
class Node:
    """A piece of a formula with its place in the text."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True)

    def children(self) -> Iterator[Node]:
        """The nodes directly below, in order."""
        for entry in fields(self):
            yield from _nodes(getattr(self, entry.name))

    def walk(self) -> Iterator[Node]:
        """This node and every node below it."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.children())))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


@dataclass(frozen=True)
class Number(Node):
    """A number; `unit` is the weight of its last digit when it was written as a decimal."""

    value: Fraction
    unit: Fraction | None = None


@dataclass(frozen=True)
class Symbol(Node):
    """An index, a size, or a scalar such as the learning rate."""

    name: str


@dataclass(frozen=True)
class Entry(Node):
    """A tensor or one of its entries. `key` is settled, or `layer` says which of that letter.

    `kind` is "delta" for dC/d(tensor) written as an error signal. `fresh` marks w after an update.
    """

    letter: str
    layer: Node | None = None
    indices: tuple[Node, ...] | None = None
    kind: str = ""
    fresh: bool = False
    bracket: bool = False


@dataclass(frozen=True)
class Slice(Node):
    """`low:high` among the indices of an entry; the end is not counted, as in Python."""

    low: Node | None = None
    high: Node | None = None


@dataclass(frozen=True)
class Differential(Node):
    """d `of` / d `by`; `of` is None for the operator d/d(by) applied to `body`."""

    of: Node
    by: Entry


@dataclass(frozen=True)
class Binary(Node):
    """`left` operator `right`; the operator is one of + - * / and the array products."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative(Node):
    """- `body`."""

    body: Node


@dataclass(frozen=True)
class Power(Node):
    """`base` to a whole or half exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Limit(Node):
    """An index of a sum with its limits, None where they are left out; `unequal` leaves one out."""

    name: str
    low: Node | None = None
    high: Node | None = None
    unequal: Node | None = None


@dataclass(frozen=True)
class Total(Node):
    """A sum over indices."""

    limits: tuple[Limit, ...]
    body: Node


@dataclass(frozen=True)
class Apply(Node):
    """A function of arguments, with `primes` derivatives."""

    function: str
    arguments: tuple[Node, ...]
    primes: int = 0


@dataclass(frozen=True)
class Matrix(Node):
    """Rows of entries."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Cases(Node):
    """Values with conditions; a branch without a condition takes what is left."""

    branches: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Compare(Node):
    """A condition."""

    relation: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Statement:
    """A chain `a = b = c`; `marks` are the relation signs between the parts."""

    text: str
    parts: tuple[Node, ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...] = ()


def join(left: Node, right: Node) -> Span:
    """From the start of one node to the end of another."""
    return left.span[0], right.span[1]
