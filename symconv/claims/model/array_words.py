"""The words of NumPy that a claim may use, one row each, with the parameters in their order.

A parameter with `?` may be left out, one with `*` takes all that are left. Words that are another
way to write a sign or a function are no rows here: the reader rewrites them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WORDS: Mapping[str, str] = {
    "sum": "x axis? keepdims?", "mean": "x axis? keepdims?", "prod": "x axis? keepdims?",
    "max": "x axis? keepdims?", "min": "x axis? keepdims?", "var": "x axis? ddof? keepdims?",
    "std": "x axis? ddof? keepdims?", "norm": "x",
    "reshape": "x *shape", "ravel": "x", "transpose": "x *axes", "swapaxes": "x axis1 axis2",
    "squeeze": "x axis?", "expand_dims": "x axis", "flip": "x *axis", "fliplr": "x",
    "flipud": "x", "rot90": "x k?", "repeat": "x repeats axis?", "tile": "x *reps",
    "pad": "x pad_width mode? constant_values?", "diag": "x k?", "roll": "x shift axis?",
    "broadcast_to": "x shape", "cumsum": "x axis?",
    "ones": "*shape", "zeros": "*shape", "full": "shape fill_value", "eye": "N M? k?",
    "ones_like": "x", "zeros_like": "x", "full_like": "x fill_value", "empty": "*shape",
    "empty_like": "x", "copy": "x", "arange": "*stop", "argmax": "x axis? keepdims?",
    "sliding_window_view": "x window_shape axis?", "tensordot": "a b axes?",
    "dot": "a b", "matmul": "a b", "inner": "a b", "outer": "a b", "kron": "a b",
    "einsum": "subscripts *operands",
    "convolve": "a v mode?", "correlate": "a v mode?", "convolve2d": "a v mode?",
    "correlate2d": "a v mode?", "signal_convolve": "a v mode?", "signal_correlate": "a v mode?",
    "take": "x indices axis?", "take_along_axis": "x indices axis",
    "add_by_label": "x indices shape",
    "dilate": "x factor", "sign": "x", "heaviside": "x h0", "shape": "x", "size": "x", "len": "x",
}  # fmt: skip

SAME_WORD: Mapping[str, str] = {
    "amax": "max", "amin": "min", "flatten": "ravel", "view": "reshape", "permute": "transpose",
    "t": "transpose", "unsqueeze": "expand_dims", "identity": "eye", "diagflat": "diag",
    "mm": "matmul", "fftconvolve": "signal_convolve",
    "range": "arange",
}  # fmt: skip
"""Other names of the same words, PyTorch's among them."""

SAME_KEYWORD: Mapping[str, str] = {
    "dim": "axis", "keepdim": "keepdims", "dims": "axis", "newshape": "shape", "size": "shape",
}  # fmt: skip

WITHOUT_MEANING = {
    "dtype", "device", "requires_grad", "copy", "order", "grad_fn", "optimize",
}  # fmt: skip
"""Keywords that change no number; what they are given is not read."""

IDENTITIES = {
    "float", "double", "clone", "detach", "item", "numpy", "cpu", "contiguous",
}  # fmt: skip
"""Methods that change no number."""

ATTRIBUTES = {"T", "shape", "size"}
CONSTANTS = {"None", "True", "False", "newaxis"}

SIGN_WORDS: Mapping[str, str] = {
    "multiply": "*", "mul": "*", "add": "+", "subtract": "-", "sub": "-", "divide": "/",
    "true_divide": "/", "div": "/", "greater": ">", "less": "<", "greater_equal": ">=",
    "less_equal": "<=", "equal": "=", "not_equal": "!=",
}  # fmt: skip
"""Words that are another way to write a sign between two arrays."""

FUNCTION_WORDS: Mapping[str, str] = {
    "maximum": "max", "minimum": "min", "abs": "absolute", "absolute": "absolute",
    "fabs": "absolute", "exp": "exp", "log": "log", "sqrt": "sqrt", "tanh": "tanh",
    "sin": "sin", "cos": "cos", "tan": "tan", "erf": "erf", "silu": "silu",
    "sigmoid": "sigmoid", "relu": "relu", "softplus": "softplus", "expit": "sigmoid",
}  # fmt: skip
"""Words that are functions of the entries, which claims know without NumPy, too."""

OTHER_WORDS = {"power", "pow", "square", "negative", "reciprocal", "clip", "clamp", "astype"}
"""Words that the reader writes with powers, quotients and maxima."""

LITERAL_WORDS = {"array", "asarray", "tensor", "Tensor", "FloatTensor", "as_tensor"}
"""Words around an array that is written out."""

CODE_WORDS = {
    *WORDS, *SAME_WORD, *SIGN_WORDS, *FUNCTION_WORDS, *OTHER_WORDS, *LITERAL_WORDS, *IDENTITIES,
}  # fmt: skip
METHODS = CODE_WORDS - LITERAL_WORDS - {
    "einsum", "ones", "zeros", "full", "eye", "len", "where", "empty", "arange", "tensordot",
    "sliding_window_view", "range",
}  # fmt: skip


@dataclass(frozen=True)
class WordSignature:
    """The parameters of a word, those that may be left out, and the one that takes the rest."""

    names: tuple[str, ...]
    optional: frozenset[str]
    rest: str = ""


KEYWORDS = {
    *WITHOUT_MEANING, *SAME_KEYWORD,
    *(part.strip("*?") for row in WORDS.values() for part in row.split()),
    "a_min", "a_max", "min", "max", "stride", "padding", "boundary", "fillvalue", "end_dim",
    "start_dim", "out", "where", "initial", "optimize", "axes",
}  # fmt: skip
"""Every name that may stand before `=` among arguments, those that are refused among them."""


def read_signature(word: str) -> WordSignature:
    """The row of a word as a record."""
    parts = WORDS[word].split()
    rest = next((p[1:] for p in parts if p.startswith("*")), "")
    names = tuple(p.strip("*?") for p in parts)
    return WordSignature(names, frozenset(p[:-1] for p in parts if p.endswith("?")), rest)


def describe_signature(word: str) -> str:
    """`sum(x, axis=..., keepdims=...)`."""
    said = (p[:-1] + "=..." if p.endswith("?") else p for p in WORDS[word].split())
    return f"{word}({', '.join(said)})"
