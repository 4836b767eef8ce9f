"""Which of the linter's rules a generated module runs against, counted as the linter counts."""

from __future__ import annotations

import ast

BRANCHES = (ast.FunctionDef, ast.If, ast.For)


def exempt(text: str) -> list[str]:
    """The rules that long formulas, many arrays and the names of people run against."""
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    fields = [n.target for n in ast.walk(tree) if isinstance(n, ast.AnnAssign)]
    names = [t.id for t in fields if isinstance(t, ast.Name)]
    names += [f.name for f in functions if f.decorator_list]
    found = {
        "ARG001": any(map(_idle, functions)),
        "C901": max(map(_branches, functions)) > 10,
        "FURB136": any(map(_larger, ast.walk(tree))),
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


def _larger(node: ast.AST) -> bool:
    """Whether a comparison stands where a slower call of `max` could."""
    if not isinstance(node, ast.IfExp) or not isinstance(node.test, ast.Compare):
        return False
    compared = {ast.dump(n) for n in (node.test.left, *node.test.comparators)}
    return compared == {ast.dump(node.body), ast.dump(node.orelse)}


def _branches(function: ast.FunctionDef) -> int:
    """The complexity of a function, which is 1 where it never branches."""
    return sum(isinstance(n, BRANCHES) for n in ast.walk(function))


def _ifs(function: ast.FunctionDef) -> int:
    return sum(isinstance(n, ast.If | ast.For) for n in ast.walk(function))


def _statements(function: ast.FunctionDef) -> int:
    """How many statements the linter counts in a function."""
    inside = [n for n in ast.walk(function) if isinstance(n, ast.stmt)]
    return sum(not isinstance(n, ast.For | ast.Return) for n in inside) - 1
