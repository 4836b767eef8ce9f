"""Two sides of a claim at the same entry."""

from __future__ import annotations

from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.terms import Form, limit_index

from .array_forms import ArrayForm, ValueForm, align, count_entries, number_of, unwrap_single


def put_side_by_side(left: ValueForm, right: ValueForm) -> tuple[Form, Form, list[IndexForm]]:
    """Two values at the same entry, with the bounds of the indices of that entry."""
    left, right = unwrap_single(left), unwrap_single(right)
    if not isinstance(left, ArrayForm) and not isinstance(right, ArrayForm):
        return left, right, []
    if not isinstance(left, ArrayForm) or not isinstance(right, ArrayForm):
        array, number = (left, right) if isinstance(left, ArrayForm) else (right, left)
        if number or not isinstance(array, ArrayForm):
            raise NotProvedError("an array against a number")
        return array.form, (), _bounds(array)
    for row, column in ((left, right), (right, left)):
        if row.is_row and len(column.shape) == 2 and column.shape[1] == 1:
            raise NotProvedError("a row against a column")
    if left.grid == right.grid:
        return left.form, align(right, left), _bounds(left)
    if min(len(left.grid), len(right.grid)) > 1:
        raise NotProvedError("arrays of different shapes")
    if count_entries(left.shape) != count_entries(right.shape):
        raise NotProvedError("arrays of different sizes")
    grid, flat = (left, right) if len(right.grid) == 1 else (right, left)
    kept = [make_index(a) for a, n in zip(grid.axes, grid.shape, strict=True) if n != 1]
    return grid.form, flat.flat_entry(number_of(kept, grid.grid)), _bounds(grid)


def _bounds(array: ArrayForm) -> list[IndexForm]:
    """The forms that are at least 0 where the indices of an array are within its axes."""
    return [
        e
        for a, n in zip(array.axes, array.shape, strict=True)
        for e in limit_index(make_index(a), n)
    ]
