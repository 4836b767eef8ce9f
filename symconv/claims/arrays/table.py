"""The rule of every word of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symconv.claims.model.array_words import WORDS
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import FunctionCall

from . import constructors, labels, matrix_products, reductions, shapes, windows
from .arguments import ArgumentReader, WordArguments, bind_arguments
from .dense_array import DenseArray
from .einsum import einsum
from .signs import give_sign, step_up

PREFIX = "np."
"""What the name of a word starts with in a tree."""

BARE_WORDS = {"dilate"}
"""Words that formulas have, too, where no program is quoted."""


def evaluate_word(node: FunctionCall, reader: ArgumentReader) -> DenseArray:
    """The value of a word with its arguments."""
    word = node.function.removeprefix(PREFIX)
    if word not in WORDS or node.primes:
        raise ClaimError(f"'{word}' is not read here")
    return RULES[word](bind_arguments(word, node, reader))


RULES: Mapping[str, Callable[[WordArguments], DenseArray]] = {
    "sum": reductions.add_up,
    "mean": reductions.average,
    "prod": reductions.multiply_up,
    "max": reductions.pick_largest,
    "min": reductions.pick_smallest,
    "var": reductions.vary,
    "std": reductions.deviate,
    "norm": reductions.measure_length,
    "cumsum": reductions.add_along,
    "reshape": shapes.reshape,
    "ravel": shapes.flatten,
    "transpose": shapes.transpose,
    "swapaxes": shapes.swap_axes,
    "squeeze": shapes.squeeze,
    "expand_dims": shapes.expand_dims,
    "flip": shapes.flip,
    "fliplr": shapes.flip_columns,
    "flipud": shapes.flip_rows,
    "rot90": shapes.rotate,
    "repeat": shapes.repeat,
    "tile": shapes.tile,
    "pad": shapes.pad,
    "roll": shapes.roll,
    "broadcast_to": shapes.broadcast,
    "diag": constructors.make_diagonal,
    "ones": constructors.make_ones,
    "zeros": constructors.make_zeros,
    "full": constructors.make_full,
    "eye": constructors.make_identity,
    "ones_like": constructors.make_ones_like,
    "zeros_like": constructors.make_zeros_like,
    "full_like": constructors.make_full_like,
    "empty": constructors.make_empty,
    "empty_like": constructors.make_empty_like,
    "copy": constructors.copy_array,
    "arange": constructors.count_up,
    "argmax": reductions.find_largest,
    "sliding_window_view": windows.view_windows,
    "tensordot": matrix_products.contract_axes,
    "shape": constructors.tell_shape,
    "size": constructors.count_entries,
    "len": constructors.count_rows,
    "dot": matrix_products.dot,
    "matmul": matrix_products.matmul,
    "inner": matrix_products.inner,
    "outer": matrix_products.outer,
    "kron": matrix_products.kron,
    "einsum": einsum,
    "convolve": windows.convolve_lists,
    "correlate": windows.correlate_lists,
    "convolve2d": windows.convolve_images,
    "correlate2d": windows.correlate_images,
    "signal_convolve": windows.convolve_any,
    "signal_correlate": windows.correlate_any,
    "dilate": shapes.dilate,
    "take": labels.take,
    "take_along_axis": labels.take_along,
    "add_by_label": labels.add_at_labels,
    "sign": give_sign,
    "heaviside": step_up,
}
