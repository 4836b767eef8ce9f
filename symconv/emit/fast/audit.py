"""The allow-list for fast modules: that of readable ones, and what workspaces and speed need."""

from __future__ import annotations

import ast

from symconv.core.errors import SymconvError
from symconv.emit.code import audit as numpy_audit

NODES = (
    *numpy_audit.NODES,
    *(ast.BoolOp, ast.boolop, ast.Dict, ast.GeneratorExp, ast.IfExp),
    *(ast.Lambda, ast.List, ast.ListComp, ast.Starred, ast.comprehension),
)
IMPORTS = numpy_audit.IMPORTS | {
    "from concurrent.futures import ThreadPoolExecutor",
    "from math import tanh",
    "from numpy.lib.stride_tricks import as_strided",
    "from numpy.lib.stride_tricks import as_strided, sliding_window_view",
}
NUMPY = numpy_audit.NUMPY | {
    "argsort", "array", "concatenate", "copyto", "dtype", "empty", "empty_like", "greater",
    "matmul", "minimum", "multiply", "ndarray", "result_type", "searchsorted", "subtract",
}  # fmt: skip
METHODS = numpy_audit.METHODS | {
    "c_contiguous", "flags", "get", "itemsize", "ravel", "result", "setdefault", "size", "start",
    "stop", "strides", "submit", "swapaxes", "take", "tolist", "type",
}  # fmt: skip
BUILTINS = numpy_audit.BUILTINS | {
    "bool", "dict", "float", "len", "list", "property", "slice", "sum", "zip",
}  # fmt: skip


def audited_fast(text: str) -> str:
    """The text itself, if every part of it is on the allow-list; else an error."""
    tree = ast.parse(text)
    known = BUILTINS | numpy_audit._defined(tree)  # noqa: SLF001 - composed with it
    fields = numpy_audit._fields(tree)
    own = fields | _properties(tree)
    for node in ast.walk(tree):
        problem = _problem(node, known, own)
        if problem:
            line = getattr(node, "lineno", 0)
            raise SymconvError(f"generated code is not allowed: {problem} (line {line})")
    return text


def _problem(node: ast.AST, known: set[str], fields: set[str]) -> str | None:
    """What is wrong with one node, its children aside."""
    match node:
        case ast.Import() | ast.ImportFrom():
            right = ast.unparse(node) in IMPORTS
        case ast.Attribute(value=ast.Name(id="np"), attr=name):
            right = name in NUMPY
        case ast.Attribute(value=ast.Name(id="values" | "self" | "window"), attr=name):
            right = name in fields
        case ast.Attribute(attr=name):
            right = name in METHODS
        case ast.FunctionDef(decorator_list=[ast.Name(id="property")]):
            right = True
        case _ if isinstance(node, NODES):
            return numpy_audit._problem(node, known, fields) if _shared(node) else None  # noqa: SLF001
        case _:
            right = False
    return None if right else f"{type(node).__name__} `{ast.unparse(node)}`"


def _shared(node: ast.AST) -> bool:
    """Whether the allow-list of readable modules judges this kind of node."""
    return isinstance(node, numpy_audit.NODES)


def _properties(tree: ast.Module) -> set[str]:
    """The methods of the classes."""
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    return {s.name for c in classes for s in c.body if isinstance(s, ast.FunctionDef)}
