"""Functions of whole arrays: sums, windows, matrix products, turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError, ShapeMismatchError

from . import arrays
from .arrays import ArrayValue, Value, unwrap_scalar
from .products import multiply_entries, require_same_shape

if TYPE_CHECKING:
    from .evaluator import Evaluator

MODES = {"valid", "full"}
ArrayFunction = Callable[["Evaluator", list[Value], Sequence[str]], Value]


def apply_array_function(
    at: Evaluator, name: str, values: list[Value], words: Sequence[str]
) -> Value:
    """The value of a function of one or two arrays."""
    rule, fewest, most = ARRAY_FUNCTIONS[name]
    if not fewest <= len(values) <= most:
        raise ClaimError(f"'{name}' of {len(values)} arguments is not read")
    return rule(at, values, words)


def _require_array(value: Value, name: str) -> ArrayValue:
    if not isinstance(value, ArrayValue):
        raise ClaimError(f"'{name}' needs an array")
    return value


def _require_image(value: Value, name: str) -> ArrayValue:
    """An array with rows and columns; axes of one entry before them are left out."""
    array = _require_array(value, name)
    shape = array.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2:
        raise ClaimError(f"'{name}' needs an array of rows and columns")
    return arrays.make_array(shape, array.entries) if shape != array.shape else array


def _sum(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    total = at.zero
    for entry in _require_array(values[0], "sum").entries:
        total = total + entry
    return total


def _mean(at: Evaluator, values: list[Value], words: Sequence[str]) -> Value:
    count = len(_require_array(values[0], "mean").entries)
    return _sum(at, values, words) * at.algebra.number(Fraction(1, count))


def _slide(at: Evaluator, values: list[Value], words: Sequence[str], *, flip: bool) -> Value:
    """`convolve2d` and `correlate2d`; without a mode, what fits in."""
    unknown = [w for w in words if w not in MODES]
    if unknown:
        raise ClaimError(f"the mode '{unknown[0][:20]}' is not read", help="'valid' or 'full'")
    name = "convolve2d" if flip else "correlate2d"
    lists = all(isinstance(v, ArrayValue) and len(v.shape) == 1 for v in values)
    big, small = (_lay_down(v) if lists else _require_image(v, name) for v in values)
    swapped = len(big.entries) < len(small.entries)
    if swapped:
        big, small = small, big
    # A star between a small and a large array means the smaller one sliding, whichever stands
    # first; correlating the other way round is the full overlap, turned.
    if "full" in words or (not words and not flip and swapped):
        big = _pad_full(at, big, small)
    found = arrays.slide_kernel(big, small, at.zero, flip=flip)
    if found is None:
        raise ShapeMismatchError("the second array does not fit into the first one")
    turned = arrays.rotate_half_turn(found) if swapped and not flip else found
    return arrays.make_array((len(turned.entries),), turned.entries) if lists else turned


def _lay_down(array: ArrayValue) -> ArrayValue:
    """A list as an image of one row."""
    return arrays.make_array((1, len(array.entries)), array.entries)


def _pad_full(at: Evaluator, big: ArrayValue, small: ArrayValue) -> ArrayValue:
    """The image with zeros around it, as many as make every overlap fit in."""
    (h, w), (k1, k2) = big.shape, small.shape
    wide = w + 2 * k2 - 2
    entries = [at.zero] * ((h + 2 * k1 - 2) * wide)
    for n, e in enumerate(big.entries):
        i, j = divmod(n, w)
        entries[(i + k1 - 1) * wide + j + k2 - 1] = e
    return arrays.make_array((h + 2 * k1 - 2, wide), entries)


def _dot(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    found = arrays.multiply_matrices(
        _require_array(values[0], "dot"), _require_array(values[1], "dot"), at.zero
    )
    if found is None:
        raise ShapeMismatchError("the arrays do not fit into a matrix product")
    return unwrap_scalar(found)


def _outer(_at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    a, b = (_require_array(v, "outer") for v in values)
    entries = [x * y for x in a.entries for y in b.entries]
    return arrays.make_array((len(a.entries), len(b.entries)), entries)


def _rotate_quarters(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """`rot90(w)`, `rot90(w, 2)`."""
    found, turns = _require_image(values[0], "rot90"), values[1] if len(values) > 1 else 1
    plain = not isinstance(turns, ArrayValue)
    counts = (n for n in range(4) if plain and not (at.algebra.number(n) + -1 * turns))
    count = next(counts, None)
    if count is None:
        raise ClaimError("'rot90' turns by 0 to 3 quarters", help="rot90(w, 2)")
    for _turn in range(count):
        found = arrays.rotate_quarter_turn(found)
    return found


def _multiply(_at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """Entry by entry."""
    left, right = values[0], values[-1]
    return require_same_shape(multiply_entries(left, right), left, right)


def _entries(value: Value) -> Sequence[Any]:
    return value.entries if isinstance(value, ArrayValue) else (value,)


def _squared_norm(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """The sum of the squares of all entries, of a matrix as well (Frobenius)."""
    total = at.zero
    for entry in _entries(values[0]):
        total = total + entry * entry
    return total


def _norm(at: Evaluator, values: list[Value], words: Sequence[str]) -> Value:
    return at.algebra.power(Fraction(1, 2))(_squared_norm(at, values, words) + at.zero)


def _one_norm(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """The sum of the magnitudes of the entries of a vector."""
    if isinstance(values[0], ArrayValue) and sum(n != 1 for n in values[0].shape) > 1:
        raise ClaimError("the 1-norm of a matrix is not read", help="\\sum_{i,j} |w_{i,j}|")
    total = at.zero
    for entry in _entries(values[0]):
        total = total + at.algebra.function("absolute")(entry + at.zero)
    return total


def _diag(at: Evaluator, values: list[Value], _: Sequence[str]) -> Value:
    """The matrix with a vector on its diagonal; of a square matrix, its diagonal."""
    array = values[0]
    if not isinstance(array, ArrayValue):
        return array
    grid = tuple(n for n in array.shape if n != 1)
    if len(grid) == 2 and grid[0] == grid[1] and len(array.shape) == 2:
        return arrays.make_array(
            (grid[0],), [array.entries[n * (grid[0] + 1)] for n in range(grid[0])]
        )
    if len(grid) != 1:
        raise ClaimError("'diag' needs a vector", help="diag(f'(z))")
    (count,) = grid
    cells = [array.entries[r] if r == c else at.zero for r in range(count) for c in range(count)]
    return arrays.make_array((count, count), cells)


ARRAY_FUNCTIONS: Mapping[str, tuple[ArrayFunction, int, int]] = {
    "sum": (_sum, 1, 1),
    "mean": (_mean, 1, 1),
    "rot180": (
        lambda _, v, __: arrays.rotate_half_turn(_require_array(v[0], "rot180")),
        1,
        1,
    ),
    "rot90": (_rotate_quarters, 1, 2),
    "transpose": (
        lambda _, v, __: arrays.transpose_array(_require_array(v[0], "transpose")),
        1,
        1,
    ),
    "convolve2d": (lambda at, v, w: _slide(at, v, w, flip=True), 2, 2),
    "correlate2d": (lambda at, v, w: _slide(at, v, w, flip=False), 2, 2),
    "dot": (_dot, 2, 2),
    "outer": (_outer, 2, 2),
    "multiply": (_multiply, 2, 2),
    "square": (_multiply, 1, 1),
    "squared_norm": (_squared_norm, 1, 1),
    "norm": (_norm, 1, 1),
    "one_norm": (_one_norm, 1, 1),
    "diag": (_diag, 1, 1),
}
