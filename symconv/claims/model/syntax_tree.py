"""The syntax tree of a claim: what was written, and where it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from symconv.core.tree import children, walk

Span = tuple[int, int]
NOWHERE: Span = (0, 0)
"""The place of a node that nobody wrote, such as one that a repair puts in."""


@dataclass(frozen=True)
class SyntaxNode:
    """A piece of a formula with its place in the text."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True)

    def children(self) -> Iterator[SyntaxNode]:
        """The nodes directly below, in order."""
        return children(self, SyntaxNode)

    def walk(self) -> Iterator[SyntaxNode]:
        """This node and every node below it."""
        return walk(self, SyntaxNode)


@dataclass(frozen=True)
class Numeral(SyntaxNode):
    """A number; `unit` is the weight of its last digit when it was written as a decimal."""

    value: Fraction
    unit: Fraction | None = None


ZERO, ONE = Numeral(Fraction(0)), Numeral(Fraction(1))
"""Numbers that the reader puts in: the start of a sum, the values of a condition."""


@dataclass(frozen=True)
class Identifier(SyntaxNode):
    """An index, a size, or a scalar such as the learning rate."""

    name: str


@dataclass(frozen=True)
class TensorReference(SyntaxNode):
    """A tensor or one of its entries, as it was written; `layer` says which of that letter.

    `kind` is "delta" for dC/d(tensor) written as an error signal. `fresh` marks w after an update.
    `counted` says that layers are counted by their parameters, the input being layer 0.
    """

    letter: str
    layer: SyntaxNode | None = None
    indices: tuple[SyntaxNode, ...] | None = None
    kind: str = ""
    fresh: bool = False
    bracket: bool = False
    counted: bool = False


@dataclass(frozen=True)
class FurtherAxes(SyntaxNode):
    """All axes of an entry that no index stands for, each of them whole."""


@dataclass(frozen=True)
class IndexSlice(SyntaxNode):
    """`low:high:step` among the indices of an entry; the end is not counted, as in Python."""

    low: SyntaxNode | None = None
    high: SyntaxNode | None = None
    step: SyntaxNode | None = None


@dataclass(frozen=True)
class ExtraAxis(SyntaxNode):
    """`None` among the indices: an axis of one entry."""


@dataclass(frozen=True)
class Subscript(SyntaxNode):
    """Indices behind an array as NumPy reads them: negative ones, steps, new axes."""

    base: SyntaxNode
    indices: tuple[SyntaxNode, ...]


@dataclass(frozen=True)
class LabelMask(SyntaxNode):
    """[place = label of the row], for every row and every place along an axis of an array.

    `rows` is what counts the rows in `array[np.arange(rows), label]`, where they are counted.
    """

    base: SyntaxNode
    label: TensorReference
    axis: Fraction
    rows: SyntaxNode | None = None


@dataclass(frozen=True)
class CodeFormula(SyntaxNode):
    """A formula that was written in code, in a statement that need not be code itself."""

    body: SyntaxNode


@dataclass(frozen=True)
class Differential(SyntaxNode):
    """d `of` / d `by`; `entrywise` says that every entry is differentiated by its own only.

    `direct` holds every other value of the network, as a chain rule over several paths does.
    """

    of: SyntaxNode
    by: TensorReference
    entrywise: bool = False
    direct: bool = False

    @cached_property
    def is_repeated(self) -> bool:
        """Whether what it differentiates holds derivatives or error signals itself."""
        return any(isinstance(n, Differential) or getattr(n, "kind", "") for n in self.of.walk())


@dataclass(frozen=True)
class BinaryExpression(SyntaxNode):
    """`left` operator `right`; the operator is one of + - * / and the array products."""

    operator: str
    left: SyntaxNode
    right: SyntaxNode


@dataclass(frozen=True)
class UnaryMinus(SyntaxNode):
    """- `body`."""

    body: SyntaxNode


@dataclass(frozen=True)
class Exponentiation(SyntaxNode):
    """`base` to a whole or half exponent."""

    base: SyntaxNode
    exponent: SyntaxNode


@dataclass(frozen=True)
class SumRange(SyntaxNode):
    """An index of a sum with its limits, None where they are left out; `unequal` skips a value."""

    name: str
    low: SyntaxNode | None = None
    high: SyntaxNode | None = None
    unequal: SyntaxNode | None = None


@dataclass(frozen=True)
class Summation(SyntaxNode):
    """A sum over indices.

    Under `condition` stands what the sum sign says beside indices and limits, as in a sum over
    a + b = i, until the whole statement tells which of its names are summed over.
    """

    limits: tuple[SumRange, ...]
    body: SyntaxNode
    condition: SyntaxNode | None = None


@dataclass(frozen=True)
class Maximum(Summation):
    """The largest value over indices, which it binds as a sum does; or the `smallest`."""

    smallest: bool = False


@dataclass(frozen=True)
class FirstMaximum(Summation):
    """The indices of the first largest value: the right side of [m = argmax_m x_m]."""


@dataclass(frozen=True)
class FunctionCall(SyntaxNode):
    """A function of arguments, with `primes` derivatives."""

    function: str
    arguments: tuple[SyntaxNode, ...]
    primes: int = 0


@dataclass(frozen=True)
class KeywordArgument(SyntaxNode):
    """`name=value` among the arguments of a word of NumPy."""

    name: str
    value: SyntaxNode


@dataclass(frozen=True)
class ArrayLiteral(SyntaxNode):
    """An array that is written out: its entries row by row, and the extents of its axes."""

    shape: tuple[int, ...]
    entries: tuple[SyntaxNode, ...]


@dataclass(frozen=True)
class Cases(SyntaxNode):
    """Values with conditions; a branch without a condition takes what is left."""

    branches: tuple[tuple[SyntaxNode, SyntaxNode | None], ...]


@dataclass(frozen=True)
class Condition(SyntaxNode):
    """Two sides with a relation between them, such as `x > 0`."""

    relation: str
    left: SyntaxNode
    right: SyntaxNode


@dataclass(frozen=True)
class JoinedConditions(SyntaxNode):
    """Conditions that hold together, or one of which holds: `word` is "and" or "or"."""

    word: str
    conditions: tuple[SyntaxNode, ...]


@dataclass(frozen=True)
class Statement:
    """A chain `a = b = c`; `marks` are the relation signs between the parts.

    `is_code` says that it is written as a program: signs and words mean what they do in NumPy.
    """

    text: str
    parts: tuple[SyntaxNode, ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...] = ()
    is_code: bool = False


def join_spans(left: SyntaxNode, right: SyntaxNode) -> Span:
    """From the start of one node to the end of another."""
    return left.span[0], right.span[1]
