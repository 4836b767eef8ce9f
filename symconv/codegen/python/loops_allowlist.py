"""What modules of loops may hold: less of NumPy than readable ones, and no method."""

from __future__ import annotations

import ast

from .allowlist import Allowed
from .code_allowlist import READABLE

LOOPS = Allowed(
    nodes=(*READABLE.nodes, ast.BoolOp, ast.boolop, ast.IfExp),
    imports=frozenset({"from typing import Any, NamedTuple, TypeAlias", "import numpy as np"}),
    numpy=frozenset({
        "bool_", "cos", "exp", "inf", "log", "logaddexp", "ndindex", "sin", "sqrt", "tanh", "zeros",
    }),
    methods=frozenset({"dtype", "kind", "shape", "type"}),
    builtins=frozenset({"ValueError", "abs", "divmod", "int", "max", "range", "str", "tuple"}),
)  # fmt: skip


def audited_loops(text: str) -> str:
    """The text itself, if every part of it is on the allow-list; else an error."""
    return LOOPS.audit(text)
