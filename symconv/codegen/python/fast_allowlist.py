"""What fast modules may hold: what readable ones may, and what workspaces and speed need."""

from __future__ import annotations

import ast

from .allowlist import Allowed
from .code_allowlist import READABLE

FAST = Allowed(
    nodes=(
        *READABLE.nodes,
        *(ast.BoolOp, ast.boolop, ast.Dict, ast.GeneratorExp, ast.IfExp),
        *(ast.Lambda, ast.List, ast.ListComp, ast.Starred, ast.comprehension),
    ),
    imports=READABLE.imports | {
        "from concurrent.futures import ThreadPoolExecutor",
        "from math import tanh",
        "from numpy.lib.stride_tricks import as_strided",
        "from numpy.lib.stride_tricks import as_strided, sliding_window_view",
    },
    numpy=READABLE.numpy | {
        "argsort", "array", "ascontiguousarray", "concatenate", "copyto", "dtype", "empty",
        "empty_like", "greater", "matmul", "minimum", "multiply", "ndarray", "result_type",
        "searchsorted", "subtract",
    },
    methods=READABLE.methods | {
        "get", "itemsize", "ravel", "result", "setdefault", "size",
        "start", "stop", "strides", "submit", "swapaxes", "take", "tolist", "type",
    },
    builtins=READABLE.builtins | {
        "bool", "dict", "float", "len", "list", "property", "slice", "sum", "zip",
    },
    owners=frozenset({"values", "self", "window"}),
    decorators=frozenset({"property"}),
)  # fmt: skip


def audited_fast(text: str) -> str:
    """The text itself, if every part of it is on the allow-list; else an error."""
    return FAST.audit(text)
