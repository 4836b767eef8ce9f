"""Helper functions of generated modules: templates that are read once, as static data."""

from __future__ import annotations

import ast
from functools import cache

from symconv.output.templates import render_template

from .module import FunctionMetrics, Helper

STATEMENTS_LEFT_OUT = (ast.For, ast.Return)


@cache
def load_helper(folder: str, name: str, **values: str | int) -> Helper:
    """The definitions of the template `name` in a folder, filled in with values.

    The template is parsed once, for what it defines, calls and counts; the text of a module never
    is.
    """
    text = render_template(folder, f"{name}.py.j2", **values).strip("\n")
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    called = (n.func for n in ast.walk(tree) if isinstance(n, ast.Call))
    return Helper(
        name,
        text,
        tuple(d for node in tree.body for d in _list_definitions(node)),
        frozenset(f.id for f in called if isinstance(f, ast.Name)),
        tuple(map(count_function, functions)),
    )


def _list_definitions(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module brings."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
    return []


def count_function(function: ast.FunctionDef) -> FunctionMetrics:
    """What a linter counts in a function."""
    nodes, given = list(ast.walk(function)), function.args
    names = {a.arg for a in (*given.args, *given.kwonlyargs)}
    statements = [n for n in nodes if isinstance(n, ast.stmt)]
    # The walk meets the function itself, and ruff counts neither loops nor returns as statements.
    return FunctionMetrics(
        positional=len(given.args),
        parameters=len(names),
        statements=sum(not isinstance(n, STATEMENTS_LEFT_OUT) for n in statements) - 1,
        branches=sum(isinstance(n, ast.If | ast.For) for n in nodes),
        nested=sum(isinstance(n, ast.FunctionDef) for n in nodes) - 1,
        unread=frozenset(names - {n.id for n in nodes if isinstance(n, ast.Name)}),
    )
