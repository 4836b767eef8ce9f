"""The allow-list for modules of loops: less of NumPy than the readable style, and no method."""

from __future__ import annotations

import ast

from symconv.core.errors import SymconvError
from symconv.emit.code import audit as readable

NODES = (*readable.NODES, ast.BoolOp, ast.boolop, ast.IfExp)
IMPORTS = {"from typing import Any, NamedTuple, TypeAlias", "import numpy as np"}
NUMPY = {
    "bool_", "cos", "exp", "inf", "log", "logaddexp", "ndindex", "sin", "sqrt", "tanh", "zeros",
}  # fmt: skip
ATTRIBUTES = {"dtype", "shape", "type"}
BUILTINS = {"ValueError", "abs", "divmod", "int", "max", "range", "str", "tuple"}


def audited_loops(text: str) -> str:
    """The text itself, if every part of it is on the allow-list; else an error."""
    tree = ast.parse(text)
    known = BUILTINS | readable._defined(tree)  # noqa: SLF001 - composed with it
    fields = readable._fields(tree)
    for node in ast.walk(tree):
        if not _allowed(node, known, fields):
            line, what = getattr(node, "lineno", 0), type(node).__name__
            raise SymconvError(
                f"generated code is not allowed: {what} `{ast.unparse(node)}` (line {line})"
            )
    return text


def _allowed(node: ast.AST, known: set[str], fields: set[str]) -> bool:
    """Whether one node is harmless, its children aside."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return ast.unparse(node) in IMPORTS
        case ast.Attribute(value=ast.Name(id="np"), attr=name):
            return name in NUMPY
        case ast.Attribute(value=ast.Name(id="values"), attr=name):
            return name in fields
        case ast.Attribute(attr=name):
            return name in ATTRIBUTES
        case ast.BoolOp() | ast.boolop() | ast.IfExp():
            return True
        case _:
            return isinstance(node, NODES) and not readable._problem(node, known, fields)  # noqa: SLF001
