"""Arrays of a claim as forms with an index for every axis; what is done to arrays becomes sums.

This is a reading, not a rule: `A B` is read as the sum over k of A[i, k] B[k, j], as the evaluator
of claims computes it. Where that depends on which of two sizes is the larger, it has to be so at
all sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.index_forms import IndexForm, make_constant, make_index
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import (
    Form,
    FreshNames,
    bind_index,
    limit_index,
    make_bracket,
    multiply_forms,
    put_indices,
)

Shape = tuple[Coefficient, ...]


@dataclass(frozen=True)
class AxisBlock:
    """The axes of one tensor; `below` says that it is differentiated by, `row` that it lies."""

    key: str
    shape: Shape
    below: bool = False
    row: bool = False


@dataclass(frozen=True)
class ArrayForm:
    """An array: `form` is its entry at the indices `axes`, where these are within the shape."""

    blocks: tuple[AxisBlock, ...]
    axes: tuple[str, ...]
    form: Form

    @property
    def shape(self) -> Shape:
        return tuple(n for b in self.blocks for n in b.shape)

    @property
    def grid(self) -> Shape:
        """The shape without the axes of extent 1."""
        return tuple(n for n in self.shape if n != 1)

    @property
    def is_row(self) -> bool:
        """Whether this is a vector that was written with a transpose."""
        return len(self.blocks) == 1 and self.blocks[0].row

    @property
    def is_vector(self) -> bool:
        """Whether there is one axis, or one that is longer than 1 among two."""
        return len(self.shape) <= 2 and len(self.grid) == 1

    @property
    def is_single(self) -> bool:
        """Whether the array has one entry at all sizes."""
        return not self.grid

    def entry(self, indices: Sequence[IndexForm]) -> Form:
        """The entry at some indices, which have to be within the axes."""
        values = dict(zip(self.axes, indices, strict=True))
        return tuple([put_indices(t, values) for t in self.form])

    def entry_of_grid(self, indices: Sequence[IndexForm]) -> Form:
        """The entry at the indices of the axes that are longer than 1."""
        rest = iter(indices)
        return self.entry([make_constant(0) if n == 1 else next(rest) for n in self.shape])

    def flat_entry(self, index: IndexForm) -> Form:
        """The entry with a number, of an array with one axis that is longer than 1."""
        return self.entry_of_grid([index])

    def map(self, function: Callable[[Form], Form]) -> ArrayForm:
        """A function of every entry."""
        return replace(self, form=function(self.form))


ValueForm = Form | ArrayForm


class ShapesDiffer(NotProvedError):  # noqa: N818 - a case that a reading goes around
    """Two arrays do not go together entry by entry."""


def count_entries(shape: Shape) -> Coefficient:
    """How many entries there are."""
    found: Coefficient = 1
    for n in shape:
        found = found * n
    return found


def number_of(indices: Sequence[IndexForm], shape: Shape) -> IndexForm:
    """The number of an entry, counted row by row."""
    found = make_constant(0)
    for index, extent in zip(indices, shape, strict=True):
        found = found.scale(extent) + index
    return found


class ArrayBuilder:
    """Makes arrays whose axes have names of their own.

    `strict` says that arrays go together only where their shapes are the same, as it is in code.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.fresh = FreshNames("#")
        self.strict = strict

    def name_axes(self, count: int) -> tuple[str, ...]:
        """New names of axes."""
        return tuple([self.fresh.next() for _ in range(count)])

    def make(self, shape: Shape, entry: Callable[[list[IndexForm]], Form]) -> ArrayForm:
        """The array of a shape whose entries are given by their indices."""
        axes = self.name_axes(len(shape))
        return ArrayForm((AxisBlock("", shape),), axes, entry([make_index(a) for a in axes]))

    def sum_over(self, shape: Shape, entry: Callable[[list[IndexForm]], Form]) -> Form:
        """The sum over all indices of a shape."""
        axes = self.name_axes(len(shape))
        indices = [make_index(a) for a in axes]
        ends = [e for i, n in zip(indices, shape, strict=True) for e in limit_index(i, n)]
        form = multiply_forms(make_bracket(nonnegative=tuple(ends)), entry(indices))
        for name in reversed(axes):
            form = bind_index(form, name)
        return form

    def apply_elementwise(
        self, left: ValueForm, right: ValueForm, function: Callable[[Form, Form], Form]
    ) -> ValueForm:
        """Entry by entry, a number against every entry; ShapesDiffer where shapes do not fit."""
        if isinstance(left, ArrayForm) and isinstance(right, ArrayForm):
            return self._apply_to_pairs(left, right, function)
        if isinstance(left, ArrayForm):
            number = right
            return left.map(lambda a: function(a, number))  # type: ignore[arg-type]
        if isinstance(right, ArrayForm):
            scalar = left
            return right.map(lambda b: function(scalar, b))
        return function(left, right)

    def _apply_to_pairs(
        self, left: ArrayForm, right: ArrayForm, function: Callable[[Form, Form], Form]
    ) -> ValueForm:
        if left.is_single and not right.is_single:
            return self.apply_elementwise(unwrap_single(left), right, function)
        if right.is_single and not left.is_single:
            return self.apply_elementwise(left, unwrap_single(right), function)
        if self.strict and left.shape != right.shape:
            raise NotProvedError("arrays of different shapes in code")
        return replace(left, form=function(left.form, align(right, left)))


def align(right: ArrayForm, left: ArrayForm) -> Form:
    """The entry of an array that stands where another one's axes are."""
    kept = [make_index(a) for a, n in zip(left.axes, left.shape, strict=True) if n != 1]
    if right.grid == left.grid:
        return right.entry_of_grid(kept)
    if len(right.grid) == 1 and count_entries(right.grid) == count_entries(left.grid):
        # A flat list against a grid of as many entries.
        return right.flat_entry(number_of(kept, left.grid))
    if 1 in (len(right.grid), len(left.grid)) and count_entries(right.grid) == count_entries(
        left.grid
    ):
        raise NotProvedError("a grid against a flat list")
    raise ShapesDiffer("arrays of different shapes")


def unwrap_single(value: ValueForm) -> ValueForm:
    """An array of one entry as that entry."""
    if isinstance(value, ArrayForm) and value.is_single:
        return value.entry([make_constant(0)] * len(value.axes))
    return value
