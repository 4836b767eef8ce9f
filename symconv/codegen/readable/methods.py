"""Array expressions that are written behind an array: with a dot or with brackets."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.codegen.python.text import ATOM, PythonText
from symconv.lower.ir import (
    ArgMax,
    Array,
    Cast,
    IndexView,
    IntegerIndex,
    Reduce,
    Ref,
    Reshape,
    TakeByLabel,
    Transpose,
)

from .index_items import index_items
from .printer import ArrayPrinter, PrintNode


def _index(node: IndexView, printer: ArrayPrinter) -> PythonText:
    inside = ", ".join(index_items(node.items, printer.size))
    return PythonText(f"{printer.owner(node.source)}[{inside}]", ATOM)


def _reshape(node: Reshape, printer: ArrayPrinter) -> PythonText:
    # The sum of an array of objects over all axes is such an object, which has no `reshape`.
    if all(n == 1 for n in node.shape) and not _is_surely_array(node.source):
        name = printer.function("reshape")
        return PythonText(f"{name}({printer(node.source)}, {printer.shape(node.shape)})", ATOM)
    shape = ", ".join(map(printer.size, node.shape))
    return PythonText(f"{printer.owner(node.source)}.reshape({shape})", ATOM)


def _is_surely_array(source: Array) -> bool:
    """Whether an array is one for sure: NumPy gives single objects out as they are."""
    if isinstance(source, IndexView):
        return not all(isinstance(item, IntegerIndex) for item in source.items)
    return isinstance(source, Ref)


def _transpose(node: Transpose, printer: ArrayPrinter) -> PythonText:
    order = ", ".join(map(str, node.order))
    last = (*range(len(node.order) - 2), len(node.order) - 1, len(node.order) - 2)
    how = f"transpose({order})"
    if node.order == last:
        # `T` turns all axes around, `mT` the last two.
        how = "T" if len(last) == 2 else "mT"
    return PythonText(f"{printer.owner(node.source)}.{how}", ATOM)


def _reduce(node: Reduce, printer: ArrayPrinter) -> PythonText:
    axis = "" if node.axes is None else f"axis={printer.axes(node.axes)}"
    if node.kind == "log_sum_exp":
        axis = f", {axis}" if axis else ""
        printer.calls.add("log_sum_exp")
        return PythonText(f"log_sum_exp({printer(node.source)}{axis})", ATOM)
    return PythonText(f"{printer.owner(node.source)}.{node.kind}({axis})", ATOM)


def _argmax(node: ArgMax, printer: ArrayPrinter) -> PythonText:
    # NumPy answers the first of equal maxima, which is the rule for ties.
    return PythonText(f"{printer.owner(node.source)}.argmax(axis=-1)", ATOM)


def _take_by_label(node: TakeByLabel, printer: ArrayPrinter) -> PythonText:
    inside = ", ".join((*[":"] * node.axis, printer(node.labels)))
    return PythonText(f"{printer.owner(node.source)}[{inside}]", ATOM)


def _cast(node: Cast, printer: ArrayPrinter) -> PythonText:
    return PythonText(f"{printer.owner(node.source)}.astype({printer(node.like)}.dtype)", ATOM)


METHODS: Mapping[type, PrintNode] = {
    IndexView: _index,
    Reshape: _reshape,
    Transpose: _transpose,
    Reduce: _reduce,
    ArgMax: _argmax,
    Cast: _cast,
    TakeByLabel: _take_by_label,
}
"""How each kind of node that is written as a method or an index is printed."""
