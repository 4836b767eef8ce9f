"""Array expressions that are written with operators."""

from __future__ import annotations

from sympy import Expr, fraction

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import (
    ADD,
    ATOM,
    BOTH,
    COMPARE,
    MULTIPLY,
    POWER,
    Text,
    joined,
    power,
)
from symconv.lower.arithmetic import Arithmetic, Both, Negative, Not, Test
from symconv.lower.labelled_array import is_decimal
from symconv.lower.leaves import Number
from symconv.lower.reductions import Matmul

from .printer import Printer, prints


def number(value: Expr, size: SizePrinter) -> Text:
    """A number as a Python literal; sizes are divided by a true division."""
    above, below = fraction(value)
    real = value.is_number and value.is_finite and not value.is_Rational
    if real or is_decimal(value) or below in {2, 4}:
        return Text(repr(float(value)), ATOM if value >= 0 else POWER)
    if below != 1:
        return joined("/", (number(above, size), number(below, size)), MULTIPLY)
    return size.text(value)


@prints(Number)
def _number(node: Number, printer: Printer) -> Text:
    return number(node.value, printer.size)


@prints(Negative)
def _negative(node: Negative, printer: Printer) -> Text:
    return Text(f"-{printer.text(node.source).within(MULTIPLY)}", MULTIPLY)


@prints(Matmul)
def _matmul(node: Matmul, printer: Printer) -> Text:
    return joined("@", (printer.text(node.left), printer.text(node.right)), MULTIPLY)


@prints(Test)
def _test(node: Test, printer: Printer) -> Text:
    left, right = (printer.text(side).within(BOTH) for side in (node.left, node.right))
    return Text(f"{left} {node.relation} {right}", COMPARE)


@prints(Both)
def _both(node: Both, printer: Printer) -> Text:
    return joined("&", (printer.text(node.left), printer.text(node.right)), BOTH)


@prints(Not)
def _not(node: Not, printer: Printer) -> Text:
    return Text(f"~{printer.owner(node.source)}", POWER)


@prints(Arithmetic)
def _arithmetic(node: Arithmetic, printer: Printer) -> Text:
    if node.operator == "+":
        return _sum(node, printer)
    parts = tuple(printer.text(p) for p in node.parts)
    if node.operator == "**":
        return power(*parts)
    return joined(node.operator, parts, MULTIPLY)


def _sum(node: Arithmetic, printer: Printer) -> Text:
    """a + b - c."""
    line = printer.text(node.parts[0]).within(ADD)
    for part in node.parts[1:]:
        if isinstance(part, Number) and part.value.could_extract_minus_sign():
            line += f" - {printer.text(Number(-part.value)).above(ADD)}"
        elif isinstance(part, Negative):
            line += f" - {printer.text(part.source).above(ADD)}"
        else:
            line += f" + {printer.text(part).within(ADD)}"
    return Text(line, ADD)
