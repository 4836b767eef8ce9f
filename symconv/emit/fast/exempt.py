"""Which of the linter's rules a generated module runs against, counted as the linter counts."""

from __future__ import annotations

import ast

BRANCHES = (ast.If, ast.For, ast.comprehension)


def exempt(text: str) -> list[str]:
    """The rules that long formulas, many arrays and the names of people run against."""
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    fields = [n.target for n in ast.walk(tree) if isinstance(n, ast.AnnAssign)]
    names = [t.id for t in fields if isinstance(t, ast.Name)]
    names += [f.name for f in functions if f.decorator_list]
    found = {
        "ARG001": any(map(_idle, functions)),
        "C901": max(map(_branches, functions)) > 9,
        "N815": any(n[0].islower() and n != n.lower() and "_" not in n for n in names),
        "PLR0912": max(map(_ifs, functions)) > 12,
        "PLR0913": max(len(f.args.args) + len(f.args.kwonlyargs) for f in functions) > 5,
        "PLR0915": max(map(_statements, functions)) > 50,
        "PLR0917": max(len(f.args.args) for f in functions) > 5,
    }
    return [rule for rule, broken in found.items() if broken]


def _idle(function: ast.FunctionDef) -> bool:
    """Whether a parameter is there for a twin's sake alone."""
    given = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    return bool(given - {n.id for n in ast.walk(function) if isinstance(n, ast.Name)})


def _branches(function: ast.FunctionDef) -> int:
    return sum(isinstance(n, BRANCHES) for n in ast.walk(function))


def _ifs(function: ast.FunctionDef) -> int:
    return sum(isinstance(n, ast.If | ast.For) for n in ast.walk(function))


def _statements(function: ast.FunctionDef) -> int:
    """How many statements the linter counts in a function."""
    inside = [n for n in ast.walk(function) if isinstance(n, ast.stmt)]
    return sum(not isinstance(n, ast.For) for n in inside)
