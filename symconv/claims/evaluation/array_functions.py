"""Functions of whole arrays: sums, windows, matrix products, turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError, MisfitError

from . import arrays, window_operations
from .arrays import Array, Value, scalar
from .products import entry_by_entry, fitting

if TYPE_CHECKING:
    from .evaluate import Evaluator

MODES = {"valid", "full"}
Rule = Callable[["Evaluator", list[Value], Sequence[str]], Value]


def of_arrays(at: Evaluator, name: str, values: list[Value], words: Sequence[str]) -> Value:
    """The value of a function of one or two arrays."""
    rule, fewest, most = WHOLE[name]
    if not fewest <= len(values) <= most:
        raise ClaimError(f"'{name}' of {len(values)} arguments is not read")
    return rule(at, values, words)


def _array(value: Value, name: str) -> Array:
    if not isinstance(value, Array):
        raise ClaimError(f"'{name}' needs an array")
    return value


def _image(value: Value, name: str) -> Array:
    """An array with rows and columns; axes of one entry before them are left out."""
    array = _array(value, name)
    shape = array.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2:
        raise ClaimError(f"'{name}' needs an array of rows and columns")
    return arrays.plain(shape, array.entries) if shape != array.shape else array


def _sum(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    total = at.zero
    for entry in _array(values[0], "sum").entries:
        total = total + entry
    return total


def _mean(at: Evaluator, values: list[Value], words: Sequence[str]) -> Value:
    count = len(_array(values[0], "mean").entries)
    return _sum(at, values, words) * at.algebra.number(Fraction(1, count))


def _windows(at: Evaluator, values: list[Value], words: Sequence[str], *, flip: bool) -> Value:
    """`convolve2d` and `correlate2d`; without a mode, what fits in."""
    unknown = [w for w in words if w not in MODES]
    if unknown:
        raise ClaimError(f"the mode '{unknown[0][:20]}' is not read", help="'valid' or 'full'")
    name = "convolve2d" if flip else "correlate2d"
    big, small = (_image(v, name) for v in values)
    swapped = len(big.entries) < len(small.entries)
    if swapped:
        big, small = small, big
    if "full" in words or (not words and not flip and swapped):
        big = _padded(at, big, small)
    found = window_operations.windowed(big, small, at.zero, flip=flip)
    if found is None:
        raise MisfitError("the second array does not fit into the first one")
    return window_operations.turned(found) if swapped and not flip else found


def _padded(at: Evaluator, big: Array, small: Array) -> Array:
    """The image with zeros around it, as many as make every overlap fit in."""
    (h, w), (k1, k2) = big.shape, small.shape
    wide = w + 2 * k2 - 2
    entries = [at.zero] * ((h + 2 * k1 - 2) * wide)
    for n, e in enumerate(big.entries):
        i, j = divmod(n, w)
        entries[(i + k1 - 1) * wide + j + k2 - 1] = e
    return arrays.plain((h + 2 * k1 - 2, wide), entries)


def _product(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    found = window_operations.matrix_product(
        _array(values[0], "dot"), _array(values[1], "dot"), at.zero
    )
    if found is None:
        raise MisfitError("the arrays do not fit into a matrix product")
    return scalar(found)


def _outer(_at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    a, b = (_array(v, "outer") for v in values)
    entries = [x * y for x in a.entries for y in b.entries]
    return arrays.plain((len(a.entries), len(b.entries)), entries)


def _quarters(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """`rot90(w)`, `rot90(w, 2)`."""
    found, turns = _image(values[0], "rot90"), values[1] if len(values) > 1 else 1
    plain = not isinstance(turns, Array)
    counts = (n for n in range(4) if plain and not (at.algebra.number(n) + -1 * turns))
    count = next(counts, None)
    if count is None:
        raise ClaimError("'rot90' turns by 0 to 3 quarters", help="rot90(w, 2)")
    for _turn in range(count):
        found = window_operations.quarter_turned(found)
    return found


def _multiply(_at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """Entry by entry."""
    left, right = values[0], values[-1]
    return fitting(entry_by_entry(left, right), left, right)


WHOLE: Mapping[str, tuple[Rule, int, int]] = {
    "sum": (_sum, 1, 1),
    "mean": (_mean, 1, 1),
    "rot180": (lambda _, v, __: window_operations.turned(_array(v[0], "rot180")), 1, 1),
    "rot90": (_quarters, 1, 2),
    "transpose": (lambda _, v, __: window_operations.transposed(_array(v[0], "transpose")), 1, 1),
    "convolve2d": (lambda at, v, w: _windows(at, v, w, flip=True), 2, 2),
    "correlate2d": (lambda at, v, w: _windows(at, v, w, flip=False), 2, 2),
    "dot": (_product, 2, 2),
    "outer": (_outer, 2, 2),
    "multiply": (_multiply, 2, 2),
    "square": (_multiply, 1, 1),
}
