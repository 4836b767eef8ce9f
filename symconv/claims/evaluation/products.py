"""Products: of numbers, by the chain rule, of windows, of matrices, entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.arrays.matrix_products import multiply_matmul
from symconv.claims.model.errors import ShapeMismatchError

from . import arrays
from .arrays import ArrayValue, Value, apply_elementwise, unwrap_scalar
from .code_arrays import number_system
from .dense_values import as_dense, as_value, combine_in_code

if TYPE_CHECKING:
    from .evaluator import Evaluator

WINDOWS = {"*", "conv", "corr"}


def combine_entries(
    at: Evaluator, left: Value, right: Value, function: Callable[[Any, Any], Any]
) -> Value:
    """Entry by entry: as NumPy broadcasts in code, else with a number against every entry."""
    if at.options.is_code:
        return combine_in_code(left, right, function)
    found = apply_elementwise(left, right, function)
    if found is None and _is_bias_of_rows(at, left, right):
        at.note("the bias is added to every row")
        return combine_in_code(left, right, function)
    return require_same_shape(found, left, right)


def _is_bias_of_rows(at: Evaluator, left: Value, right: Value) -> bool:
    """Whether a vector that is trained stands beside samples with as many entries each."""
    if not isinstance(left, ArrayValue) or not isinstance(right, ArrayValue):
        return False
    small, large = sorted((left, right), key=lambda value: len(value.shape))
    roles = {at.context.tensors[b.key].role for b in small.blocks if b.key in at.context.tensors}
    return (
        roles == {"parameter"}
        and len(small.shape) == 1
        and len(large.shape) == 2
        and small.shape[0] == large.shape[1]
    )


def multiply_values(at: Evaluator, operator: str, left: Value, right: Value) -> Value:
    """A product; between arrays the chain rule, a window, a matrix product or entry by entry."""
    if at.options.is_code and operator in {"*", "had"}:
        return combine_in_code(left, right, lambda a, b: a * b)
    if at.options.is_code and operator == "@":
        found = multiply_matmul(number_system(at), as_dense(left), as_dense(right))
        return as_value(found)
    if not isinstance(left, ArrayValue) or not isinstance(right, ArrayValue):
        return multiply_entries(left, right)
    # A single entry is a number, whatever its axes are.
    if 1 in {len(left.entries), len(right.entries)}:
        return multiply_entries(left, right)
    pair = arrays.find_chain_blocks(left, right)
    alike = len(left.blocks) == len(right.blocks) == 1 and _is_entrywise(at, operator)
    if pair is not None and operator != "had" and not alike:
        block = left.blocks[pair[0]]
        at.note(
            f"the product over {block.key} is read as the chain rule: "
            f"summed over its {prod(block.shape)} entries"
        )
        return arrays.contract_chain(left, right, at.zero)
    return require_same_shape(_multiply_arrays(at, operator, left, right), left, right)


def multiply_entries(left: Value, right: Value) -> Value | None:
    """The products of entries at the same places; None where the shapes do not fit."""
    return apply_elementwise(left, right, lambda a, b: a * b)


def require_same_shape(found: Value | None, left: Value, right: Value) -> Value:
    """The result; ShapeMismatchError where it is None, as the shapes of two arrays do not fit."""
    if found is None:
        shapes = [" x ".join(map(str, v.shape)) for v in (left, right)]
        raise ShapeMismatchError(f"arrays of {shapes[0]} and {shapes[1]} do not fit together")
    return found


def _multiply_arrays(
    at: Evaluator, operator: str, left: ArrayValue, right: ArrayValue
) -> Value | None:
    if operator != "had" and left.is_row != right.is_row:
        return _multiply_as_matrices(at, left, right)
    if operator in WINDOWS and (operator != "*" or at.options.star != "entries"):
        found = _slide_smaller(at, operator, left, right)
        if found is not None:
            return found
    entries = multiply_entries(left, right) if operator != "@" else None
    if operator == "had":
        return entries
    if entries is not None and _is_entrywise(at, operator):
        at.note("the product of arrays of one shape is read entry by entry")
        return entries
    if entries is not None and operator in WINDOWS and not _is_dot_product(at, left, right):
        return entries
    found = _multiply_as_matrices(at, left, right)
    return entries if found is None else found


def _multiply_as_matrices(at: Evaluator, left: ArrayValue, right: ArrayValue) -> Value | None:
    """Rows times columns; of two vectors it is said what that gives."""
    found = arrays.multiply_matrices(left, right, at.zero)
    if isinstance(found, ArrayValue) and left.is_vector and right.is_vector:
        factors = "a row and a column" if left.is_row else "two vectors"
        factors = "a column and a row" if right.is_row else factors
        product = f"outer product, {' x '.join(map(str, found.shape))}"
        name = "dot product" if len(found.entries) == 1 else product
        at.note(f"the product of {factors} is read as their {name}")
    return found


def _is_dot_product(at: Evaluator, left: ArrayValue, right: ArrayValue) -> bool:
    """Whether a star between two vectors is read as the dot between them."""
    return at.options.star == "dots" and left.is_vector and right.is_vector


def _is_entrywise(at: Evaluator, operator: str) -> bool:
    """Whether a product of arrays of one shape is read entry by entry."""
    return operator in {"", "*"} and (at.options.star == "entries" or at.options.is_code)


def _slide_smaller(
    at: Evaluator, operator: str, left: ArrayValue, right: ArrayValue
) -> Value | None:
    """The smaller array slid over the larger one, as the network does it or as the sign says."""
    big, small = sorted((left, right), key=lambda v: -len(v.entries))
    flip = operator != "corr" and at.context.flips
    lists = len(big.shape) == len(small.shape) == 1 and len(big.entries) > len(small.entries)
    if lists and operator != "*":
        big, small = (arrays.make_array((1, *v.shape), v.entries) for v in (big, small))
    found = arrays.slide_kernel(big, small, at.zero, flip=flip)
    if found is None:
        return None
    word = "convolution (flipped)" if flip else "correlation (not flipped)"
    at.note(f"'*' between arrays is read as {word}, as in this network")
    if lists:
        found = arrays.make_array((len(found.entries),), found.entries)
    return unwrap_scalar(found)
