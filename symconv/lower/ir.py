"""The array program (IR): a small frozen tree between index equations and a text that runs.

Arrays are expressions, statements bind them. Sizes and places are SymPy integers expressions of
size symbols and loop indices; nothing here knows the language that is printed in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sympy import Expr, Symbol


@dataclass(frozen=True)
class Arithmetic:
    """`parts` joined by one operator, entry by entry."""

    operator: Literal["+", "*", "/", "**", "%", "max", "min"]
    parts: tuple[Array, ...]


@dataclass(frozen=True)
class Negate:
    """`-source`."""

    source: Array


@dataclass(frozen=True)
class ApplyFunction:
    """A named function of each entry."""

    function: str
    source: Array


@dataclass(frozen=True)
class Comparison:
    """A truth value per entry: `left` compared with `right`; "is": equal, or NaN on the left."""

    relation: Literal["==", "!=", ">=", "<", "<=", ">", "is"]
    left: Array
    right: Array


@dataclass(frozen=True)
class LogicalAnd:
    """Two truth values per entry, joined by *and*."""

    left: Array
    right: Array


@dataclass(frozen=True)
class LogicalNot:
    """The other truth value of each entry."""

    source: Array


@dataclass(frozen=True)
class Choose:
    """`source` where the truth value holds, else 0 or the lowest, whatever the source is there."""

    condition: Array
    source: Array
    fill: Literal["zero", "lowest"] = "zero"


@dataclass(frozen=True)
class Cast:
    """`source` with the type of `like`."""

    source: Array
    like: Array


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
class Scalar:
    """A number or a size expression, the same everywhere."""

    value: Expr


@dataclass(frozen=True)
class Arange:
    """0, 1, ..., extent - 1."""

    extent: Expr


@dataclass(frozen=True)
class Full:
    """A new array with the type of `like` (None: truth values), holding `fill` everywhere."""

    shape: tuple[Expr, ...]
    fill: Expr
    like: Array | None


@dataclass(frozen=True)
class Einsum:
    """Sum of products of operands over every index that is not in `out`."""

    operands: tuple[tuple[Array, tuple[Symbol, ...]], ...]
    out: tuple[Symbol, ...]


@dataclass(frozen=True)
class SpaceAxis:
    """Along one axis of space: (stride place + dilation tap - before) / spread is read.

    `before` and `after` are what is read beyond the ends of the spread image; less than 0 where
    its ends are not read.
    """

    stride: Expr
    dilation: Expr
    spread: Expr
    before: Expr
    after: Expr


@dataclass(frozen=True)
class Correlate:
    """Sums of products over windows of an image: the convolution of libraries.

    `layout` has a letter an axis, of the image (N samples, C features, DHW space), of the kernel
    (O filters, I features) and of the result. Features and filters, or samples and filters, may
    stand in groups, from coarse to fine.
    """

    image: Array
    kernel: Array
    layout: tuple[str, str, str]
    axes: tuple[SpaceAxis, ...]
    feature_groups: Expr
    sample_groups: Expr


@dataclass(frozen=True)
class Matmul:
    """The matrix product of two arrays of at most two axes."""

    left: Array
    right: Array


@dataclass(frozen=True)
class Reduce:
    """A sum, a mean, a maximum or log(sum(exp)) over axes (None: over all of them)."""

    kind: Literal["sum", "mean", "max", "log_sum_exp"]
    source: Array
    axes: tuple[int, ...] | None


@dataclass(frozen=True)
class ArgMax:
    """Where the first maximum along the last axis of `source` stands."""

    source: Array


@dataclass(frozen=True)
class SoftmaxArray:
    """softmax(source) or its logarithm along axes, shifted by the maximum."""

    kind: Literal["softmax", "log_softmax"]
    source: Array
    axes: tuple[int, ...]


@dataclass(frozen=True)
class StridedSlice:
    """`start:stop:step` along one axis; None is left out."""

    start: Expr | None = None
    stop: Expr | None = None
    step: Expr | None = None


@dataclass(frozen=True)
class IntegerIndex:
    """One place along an axis; the axis disappears."""

    place: Expr


@dataclass(frozen=True)
class NewAxis:
    """An axis of length 1 that was not there."""


WHOLE = StridedSlice()
Item: TypeAlias = StridedSlice | IntegerIndex | NewAxis


@dataclass(frozen=True)
class IndexView:
    """`source[items]`, basic indexing only: a view."""

    source: Array
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PadArray:
    """`source` with (before, after) entries of `fill` along each axis."""

    source: Array
    widths: tuple[tuple[Expr, Expr], ...]
    fill: Literal["zero", "lowest"]


@dataclass(frozen=True)
class SlidingWindowView:
    """Every window of the given lengths along the given axes; the window axes come last."""

    source: Array
    lengths: tuple[Expr, ...]
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Reshape:
    """The same entries in row-major order, in another shape."""

    source: Array
    shape: tuple[Expr, ...]


@dataclass(frozen=True)
class Transpose:
    """Axis `order[k]` of `source` becomes axis k."""

    source: Array
    order: tuple[int, ...]


@dataclass(frozen=True)
class Broadcast:
    """A read-only array of the full shape that repeats `source`."""

    source: Array
    shape: tuple[Expr, ...]


@dataclass(frozen=True)
class TakeByLabel:
    """`source` at class numbers along one axis, which their axes take the place of."""

    source: Array
    labels: Array
    axis: int


@dataclass(frozen=True)
class TakeAlong:
    """One entry of `source` along an axis, which stays: that of the class number there."""

    source: Array
    labels: Array
    axis: int


@dataclass(frozen=True)
class AddByLabel:
    """Zeros of a shape, where each part of `source` is added to the row of its class number."""

    source: Array
    labels: Array
    shape: tuple[Expr, ...]


Array: TypeAlias = (
    Ref
    | Local
    | Scalar
    | IndexView
    | PadArray
    | SlidingWindowView
    | Reshape
    | Transpose
    | Broadcast
    | Einsum
    | Correlate
    | Matmul
    | Arithmetic
    | Negate
    | ApplyFunction
    | Reduce
    | ArgMax
    | SoftmaxArray
    | Arange
    | Comparison
    | LogicalAnd
    | LogicalNot
    | Choose
    | Cast
    | Full
    | TakeByLabel
    | TakeAlong
    | AddByLabel
)


@dataclass(frozen=True)
class Let:
    """`target` = `value`; `finishes` is the key of the equation that is complete with it."""

    target: Ref | Local
    value: Array
    finishes: str | None = None


@dataclass(frozen=True)
class Store:
    """`target[items]` = `value`, or += where `add` is set."""

    target: Ref | Local
    items: tuple[Item, ...]
    value: Array
    add: bool
    finishes: str | None = None


@dataclass(frozen=True)
class MaximumInto:
    """`target` = max(`target`, `value`), entry by entry."""

    target: Ref | Local
    value: Array
    finishes: str | None = None


@dataclass(frozen=True)
class Loop:
    """`body` for every value of the indices, in row-major order."""

    indices: tuple[tuple[Symbol, Expr], ...]
    body: tuple[Statement, ...]


Statement: TypeAlias = Let | Store | MaximumInto | Loop
