"""Values as arrays of NumPy and back, and how two of them go together in code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symconv.claims.arrays.dense_array import DenseArray, combine_dense

from .arrays import ArrayValue, Value, make_array


def as_dense(value: Value) -> DenseArray:
    """A value as an array of NumPy; a number has no axes."""
    if isinstance(value, ArrayValue):
        return DenseArray(value.shape, value.entries)
    return DenseArray((), (value,))


def as_value(array: DenseArray) -> Value:
    """An array of NumPy as a value; one without axes is a number."""
    return make_array(array.shape, array.entries) if array.shape else array.entries[0]


def combine_in_code(left: Value, right: Value, function: Callable[[Any, Any], Any]) -> Value:
    """Entry by entry, as NumPy broadcasts; the tensors of the axes are kept where they are."""
    if not isinstance(left, ArrayValue) and not isinstance(right, ArrayValue):
        return function(left, right)
    found = combine_dense(as_dense(left), as_dense(right), function)
    same = next((x for x in (left, right) if getattr(x, "shape", None) == found.shape), None)
    return as_value(found) if same is None else ArrayValue(same.blocks, found.entries)
