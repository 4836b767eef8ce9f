"""Array expressions that are written with operators."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, fraction

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import (
    ADD,
    ATOM,
    BOTH,
    COMPARE,
    MULTIPLY,
    POWER,
    PythonText,
    join_operands,
    join_power,
)
from symconv.lower.ir import Arithmetic, Comparison, LogicalAnd, LogicalNot, Matmul, Negate, Scalar
from symconv.lower.named_array import is_decimal

from .printer import ArrayPrinter, PrintNode

EXTREMES = {"max": "maximum", "min": "minimum"}
"""The operators that a library has as functions of two arrays."""


def number_literal(value: Expr, size: SizePrinter) -> PythonText:
    """A number as a Python literal; sizes are divided by a true division."""
    above, below = fraction(value)
    real = value.is_number and value.is_finite and not value.is_Rational
    # A half and a quarter are exact in binary. As a float of Python a number leaves float32 as it
    # is, where a scalar of NumPy would make float64 of it.
    if real or is_decimal(value) or below in {2, 4}:
        return PythonText(repr(float(value)), ATOM if value >= 0 else POWER)
    if below != 1:
        return join_operands(
            "/", (number_literal(above, size), number_literal(below, size)), MULTIPLY
        )
    return size.text(value)


def _number(node: Scalar, printer: ArrayPrinter) -> PythonText:
    return number_literal(node.value, printer.size)


def _negate(node: Negate, printer: ArrayPrinter) -> PythonText:
    return PythonText(f"-{printer.text(node.source).within(MULTIPLY)}", MULTIPLY)


def _matmul(node: Matmul, printer: ArrayPrinter) -> PythonText:
    return join_operands("@", (printer.text(node.left), printer.text(node.right)), MULTIPLY)


def _comparison(node: Comparison, printer: ArrayPrinter) -> PythonText:
    left, right = (printer.text(side).within(BOTH) for side in (node.left, node.right))
    if node.relation == "is":
        # Nothing but NaN is not at least -infinity.
        return PythonText(f"({left} == {right}) | ~({left} >= -{printer.infinity})", COMPARE)
    return PythonText(f"{left} {node.relation} {right}", COMPARE)


def _logical_and(node: LogicalAnd, printer: ArrayPrinter) -> PythonText:
    return join_operands("&", (printer.text(node.left), printer.text(node.right)), BOTH)


def _logical_not(node: LogicalNot, printer: ArrayPrinter) -> PythonText:
    return PythonText(f"~{printer.owner(node.source)}", POWER)


def _arithmetic(node: Arithmetic, printer: ArrayPrinter) -> PythonText:
    if node.operator == "+":
        return _sum(node, printer)
    parts = tuple(printer.text(p) for p in node.parts)
    if node.operator == "**":
        return join_power(*parts)
    if node.operator in EXTREMES:
        name = printer.function(EXTREMES[node.operator])
        return PythonText(f"{name}({', '.join(p.text for p in parts)})", ATOM)
    return join_operands(node.operator, parts, MULTIPLY)


def _sum(node: Arithmetic, printer: ArrayPrinter) -> PythonText:
    """a + b - c."""
    line = printer.text(node.parts[0]).within(ADD)
    for part in node.parts[1:]:
        if isinstance(part, Scalar) and part.value.could_extract_minus_sign():
            line += f" - {printer.text(Scalar(-part.value)).above(ADD)}"
        elif isinstance(part, Negate):
            line += f" - {printer.text(part.source).above(ADD)}"
        else:
            line += f" + {printer.text(part).within(ADD)}"
    return PythonText(line, ADD)


OPERATORS: Mapping[type, PrintNode] = {
    Scalar: _number,
    Negate: _negate,
    Matmul: _matmul,
    Comparison: _comparison,
    LogicalAnd: _logical_and,
    LogicalNot: _logical_not,
    Arithmetic: _arithmetic,
}
"""How each kind of node that is written with an operator is printed."""
