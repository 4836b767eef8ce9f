"""An allow-list for generated Python: what is not known to be harmless is refused."""

from __future__ import annotations

import ast

from symconv.core.errors import SymconvError

NODES = (
    ast.Module, ast.Expr, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef,
    ast.arguments, ast.arg, ast.AnnAssign, ast.Assign, ast.AugAssign, ast.For, ast.If, ast.Raise,
    ast.Return, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.Name,
    ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr, ast.FormattedValue,
    ast.operator, ast.unaryop, ast.cmpop, ast.expr_context,
)  # fmt: skip
IMPORTS = {
    "from typing import Any, NamedTuple, TypeAlias",
    "import numpy as np",
    "from numpy.lib.stride_tricks import sliding_window_view",
    "from numpy.typing import NDArray",
}
NUMPY = {
    "abs", "arange", "bool_", "broadcast_to", "copy", "cos", "einsum", "exp", "floating", "full",
    "heaviside", "inf", "integer", "log", "logaddexp", "maximum", "ndindex", "ones", "pad",
    "reshape",    "sign", "sin", "sqrt", "tanh", "where", "zeros",
}  # fmt: skip
METHODS = {
    "T", "argmax", "astype", "dtype", "mT", "max", "mean", "reshape", "shape", "squeeze", "sum",
    "transpose",
}  # fmt: skip
BUILTINS = {"ValueError", "int", "max", "min", "range", "str", "tuple"}


def audited(text: str) -> str:
    """The text itself, if every part of it is on the allow-list; else an error."""
    tree = ast.parse(text)
    known = BUILTINS | _defined(tree)
    fields = _fields(tree)
    for node in ast.walk(tree):
        problem = _problem(node, known, fields)
        if problem:
            line = getattr(node, "lineno", 0)
            raise SymconvError(f"generated code is not allowed: {problem} (line {line})")
    return text


def _problem(node: ast.AST, known: set[str], fields: set[str]) -> str | None:
    """What is wrong with one node, its children aside."""
    match node:
        case ast.Import() | ast.ImportFrom():
            right = ast.unparse(node) in IMPORTS
        case ast.Name(id=name):
            right = name in known and "__" not in name
        case ast.Attribute():
            right = _allowed(node, fields)
        case ast.Call(func=function):
            right = isinstance(function, ast.Name | ast.Attribute)
        case ast.Constant(value=value):
            right = value is ... or isinstance(value, str | int | float | None)
        case ast.FunctionDef() | ast.ClassDef():
            right = not node.decorator_list
        case _:
            right = isinstance(node, NODES)
    return None if right else f"{type(node).__name__} `{ast.unparse(node)}`"


def _allowed(node: ast.Attribute, fields: set[str]) -> bool:
    match node.value:
        case ast.Name(id="np"):
            return node.attr in NUMPY
        case ast.Name(id="values"):
            return node.attr in fields
    return node.attr in METHODS


def _defined(tree: ast.Module) -> set[str]:
    """Every name that the module itself brings in or binds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.alias(name=name, asname=other):
                found.add(other or name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return found


def _fields(tree: ast.Module) -> set[str]:
    """The names that stand in the body of a class."""
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    entries = [s for c in classes for s in c.body if isinstance(s, ast.AnnAssign)]
    return {e.target.id for e in entries if isinstance(e.target, ast.Name)}
