"""Array expressions that are written behind an array: with a dot or with brackets."""

from __future__ import annotations

from symconv.codegen.python.text import ATOM, Text
from symconv.lower.arithmetic import Cast
from symconv.lower.leaves import Ref
from symconv.lower.program import Array
from symconv.lower.reductions import FirstMaximum, Reduce
from symconv.lower.views import At, Index, Reshape, Transpose

from .items import items
from .printer import Printer, prints


@prints(Index)
def _index(node: Index, printer: Printer) -> Text:
    inside = ", ".join(items(node.items, printer.size))
    return Text(f"{printer.owner(node.source)}[{inside}]", ATOM)


@prints(Reshape)
def _reshape(node: Reshape, printer: Printer) -> Text:
    if all(n == 1 for n in node.shape) and not _is_array(node.source):
        return Text(f"np.reshape({printer(node.source)}, {printer.shape(node.shape)})", ATOM)
    shape = ", ".join(map(printer.size, node.shape))
    return Text(f"{printer.owner(node.source)}.reshape({shape})", ATOM)


def _is_array(source: Array) -> bool:
    """Whether an array is one for sure: NumPy gives single objects out as they are."""
    if isinstance(source, Index):
        return not all(isinstance(item, At) for item in source.items)
    return isinstance(source, Ref)


@prints(Transpose)
def _transpose(node: Transpose, printer: Printer) -> Text:
    order = ", ".join(map(str, node.order))
    last = (*range(len(node.order) - 2), len(node.order) - 1, len(node.order) - 2)
    how = f"transpose({order})"
    if node.order == last:
        how = "T" if len(last) == 2 else "mT"
    return Text(f"{printer.owner(node.source)}.{how}", ATOM)


@prints(Reduce)
def _reduce(node: Reduce, printer: Printer) -> Text:
    axis = "" if node.axes is None else f"axis={printer.axes(node.axes)}"
    if node.kind == "log_sum_exp":
        axis = f", {axis}" if axis else ""
        return Text(f"log_sum_exp({printer(node.source)}{axis})", ATOM)
    return Text(f"{printer.owner(node.source)}.{node.kind}({axis})", ATOM)


@prints(FirstMaximum)
def _first_maximum(node: FirstMaximum, printer: Printer) -> Text:
    return Text(f"{printer.owner(node.source)}.argmax(axis=-1)", ATOM)


@prints(Cast)
def _cast(node: Cast, printer: Printer) -> Text:
    return Text(f"{printer.owner(node.source)}.astype({printer(node.like)}.dtype)", ATOM)
