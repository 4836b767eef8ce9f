"""Every number that stands alone at the top of a module says why it is what it is."""

import ast
from pathlib import Path

import pytest

import symconv

PACKAGE = Path(symconv.__file__).parent


def is_number(node):
    """Whether an expression is a number, a tuple of numbers, or arithmetic of numbers."""
    if isinstance(node, ast.Constant):
        return type(node.value) in {int, float}
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Tuple) and bool(node.elts) and all(map(is_number, node.elts))


def is_constant(node):
    return isinstance(node, ast.Assign | ast.AnnAssign) and is_number(node.value)


def unexplained(text):
    """The numeric constants of a module without a sentence.

    A sentence is a string directly under the constant, a comment behind it, or a comment directly
    above it or above the block of constants that it stands in.
    """
    body, lines = ast.parse(text).body, text.split("\n")
    commented = False
    for n, node in enumerate(body):
        if not is_constant(node):
            continue
        above = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
        joined = n > 0 and is_constant(body[n - 1]) and body[n - 1].end_lineno == node.lineno - 1
        commented = above.startswith("#") or (commented and joined)
        behind = "#" in lines[node.end_lineno - 1]
        below = n + 1 < len(body) and is_sentence(body[n + 1])
        directly = below and body[n + 1].lineno == node.end_lineno + 1
        if not (commented or behind or directly):
            yield ast.unparse(node)


def is_sentence(node):
    string = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return string and isinstance(node.value.value, str)


def modules():
    return [p.relative_to(PACKAGE) for p in sorted(PACKAGE.rglob("*.py"))]


def test_every_numeric_constant_has_a_sentence():
    found = {
        str(p): list(unexplained((PACKAGE / p).read_text(encoding="utf-8"))) for p in modules()
    }
    assert {p: names for p, names in found.items() if names} == {}


def test_the_counter_sees_the_package():
    bodies = (ast.parse((PACKAGE / p).read_text(encoding="utf-8")).body for p in modules())
    assert sum(is_constant(node) for body in bodies for node in body) > 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A = 3\n", ["A = 3"]),
        ("A: int = -3\n", ["A: int = -3"]),
        ("A, B = 2, 3 * 10**9\n", ["A, B = (2, 3 * 10 ** 9)"]),
        ('A = 3\n"""Why."""\n', []),
        ('A = 3\n\n"""Why."""\n', ["A = 3"]),
        ("# Why.\nA = 3\n", []),
        ("A = 3  # why\n", []),
        ("# Why.\nA = 3\nB = 4\n", []),
        ("# Why.\nA = 3\n\nB = 4\n", ["B = 4"]),
        ('A = 3\nB = 4\n"""Why."""\n', ["A = 3"]),
        ("A = True\nB = 'x'\nC = f(3)\nD = ()\n", []),
        ("class A:\n    b: int = 3\n", []),
    ],
)
def test_what_counts_as_a_sentence(text, found):
    assert list(unexplained(text)) == found
