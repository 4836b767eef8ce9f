"""Array expressions that are written as a call of a function: its name and its arguments."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import S

from symconv.codegen.python.letters import einsum_letters
from symconv.core.errors import Unsupported
from symconv.lower.ir import (
    AddByLabel,
    ApplyFunction,
    Arange,
    Broadcast,
    Choose,
    Einsum,
    Full,
    LogicalNot,
    PadArray,
    SlidingWindowView,
    SoftmaxArray,
    TakeAlong,
)

from .operators import number_literal
from .printer import ArrayPrinter, Call, WriteCall, tuple_literal

X = "x"
SAME = ("tanh", "exp", "log", "sqrt", "sin", "cos", "copy")
FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("maximum", (X, "0")),
    "negative_part": ("minimum", (X, "0")),
    "softplus": ("logaddexp", ("0", X)),
    "absolute": ("abs", (X,)),
    **{name: (name, (X,)) for name in SAME},
}
"""Functions of the library, by what the array program calls them."""

HELPED = ("sigmoid", "sign", "erf")
"""Functions that the module brings itself."""


def _pad(node: PadArray, printer: ArrayPrinter) -> Call:
    before, after = node.widths[0]
    same = before == after and len(set(node.widths)) == 1
    pairs = [f"({printer.size(a)}, {printer.size(b)})" for a, b in node.widths]
    width = printer.size(before) if same else tuple_literal(pairs)
    # Under a maximum what is absent is -inf: a margin of 0 would beat negative entries.
    lowest = (f"constant_values=-{printer.infinity}",) if node.fill == "lowest" else ()
    return printer.function("pad"), (printer(node.source), width, *lowest)


def _sliding_windows(node: SlidingWindowView, printer: ArrayPrinter) -> Call:
    several = len(node.lengths) > 1
    length = printer.shape(node.lengths) if several else printer.size(node.lengths[0])
    return "sliding_window_view", (printer(node.source), length, f"axis={printer.axes(node.axes)}")


def _broadcast(node: Broadcast, printer: ArrayPrinter) -> Call:
    return printer.function("broadcast_to"), (printer(node.source), printer.shape(node.shape))


def _einsum(node: Einsum, printer: ArrayPrinter) -> Call:
    letter = einsum_letters(tuple(v for _, axes in node.operands for v in axes))
    inputs = ",".join("".join(letter[v] for v in axes) for _, axes in node.operands)
    pattern = f'"{inputs}->{"".join(letter[v] for v in node.out)}"'
    # Otherwise einsum sums over all indices in one nest of loops, without BLAS: 100 times as long
    # for windows.
    fast = ("optimize=True",) if len(node.operands) > 1 else ()
    return printer.function("einsum"), (pattern, *(printer(a) for a, _ in node.operands), *fast)


def _full(node: Full, printer: ArrayPrinter) -> Call:
    # Of the type of an array, so that float32 stays float32: zeros of NumPy are float64.
    kind = printer.function("bool_") if node.like is None else f"{printer(node.like)}.dtype"
    shape, dtype = printer.shape(node.shape), f"dtype={kind}"
    if node.fill in {0, 1}:
        return printer.function("zeros" if node.fill == 0 else "ones"), (shape, dtype)
    lowest = node.fill == S.NegativeInfinity
    fill = f"-{printer.infinity}" if lowest else number_literal(node.fill, printer.size).text
    return printer.function("full"), (shape, fill, dtype)


def _arange(node: Arange, printer: ArrayPrinter) -> Call:
    return printer.function("arange"), (printer.size(node.extent),)


def _softmax(node: SoftmaxArray, printer: ArrayPrinter) -> Call:
    return node.kind, (printer(node.source), f"axis={printer.axes(node.axes)}")


def _apply(node: ApplyFunction, printer: ArrayPrinter) -> Call:
    if node.function in HELPED:
        return node.function, (printer(node.source),)
    if node.function not in FUNCTIONS:
        raise Unsupported(f"no form in arrays is known for the function {node.function}")
    name, arguments = FUNCTIONS[node.function]
    return printer.function(name), tuple(printer(node.source) if a is X else a for a in arguments)


def _choose(node: Choose, printer: ArrayPrinter) -> Call:
    fill = "0" if node.fill == "zero" else f"-{printer.infinity}"
    condition, parts = node.condition, [printer(node.source), fill]
    if isinstance(condition, LogicalNot):
        condition, parts = condition.source, parts[::-1]
    return printer.function("where"), (printer(condition), *parts)


def _take_along(node: TakeAlong, printer: ArrayPrinter) -> Call:
    places = (printer(node.source), printer(node.labels), f"axis={node.axis}")
    return printer.function("take_along_axis"), places


def _add_by_label(node: AddByLabel, printer: ArrayPrinter) -> Call:
    shape = printer.shape(node.shape)
    return "add_by_label", (printer(node.source), printer(node.labels), shape)


CALLS: Mapping[type, WriteCall] = {
    PadArray: _pad,
    SlidingWindowView: _sliding_windows,
    Broadcast: _broadcast,
    Einsum: _einsum,
    Full: _full,
    TakeAlong: _take_along,
    AddByLabel: _add_by_label,
    Arange: _arange,
    SoftmaxArray: _softmax,
    Choose: _choose,
    ApplyFunction: _apply,
}
"""How each kind of node that is written as a call gets its name and its arguments."""
