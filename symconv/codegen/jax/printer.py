"""Array expressions as JAX text: what differs from NumPy, and the correlation that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sympy import S

from symconv.codegen.python.text import ATOM, PythonText
from symconv.codegen.readable.index_items import index_items
from symconv.codegen.readable.numpy_printer import NumPyPrinter
from symconv.codegen.readable.printer import ArrayPrinter, Call, PrintNode, WriteCall, tuple_literal
from symconv.lower.correlation import SPACE
from symconv.lower.ir import (
    WHOLE,
    ApplyFunction,
    Array,
    Correlate,
    Einsum,
    IndexView,
    IntegerIndex,
    NewAxis,
    Reduce,
    SoftmaxArray,
    StridedSlice,
)


def _correlation(node: Correlate, printer: ArrayPrinter) -> Call:
    """`lax.conv_general_dilated`; what is 1 everywhere goes without saying."""
    size, kernel = printer.size, node.layout[1]
    # JAX counts axes of space in the order that they have in the kernel.
    letters = [s for s in kernel if s in SPACE]
    known = dict(zip(sorted(letters), node.axes, strict=True))
    axes = [known[s] for s in letters]
    pairs = [f"({size(a.before)}, {size(a.after)})" for a in axes]
    steps = {
        "lhs_dilation": tuple(a.spread for a in axes),
        "rhs_dilation": tuple(a.dilation for a in axes),
    }
    groups = {"feature_group_count": node.feature_groups, "batch_group_count": node.sample_groups}
    layout = ", ".join(f'"{letters}"' for letters in node.layout)
    return "lax.conv_general_dilated", (
        printer(node.image),
        printer(node.kernel),
        f"window_strides={printer.shape(tuple(a.stride for a in axes))}",
        f"padding={tuple_literal(pairs)}",
        *(f"{k}={printer.shape(n)}" for k, n in steps.items() if any(e != 1 for e in n)),
        f"dimension_numbers=({layout})",
        *(f"{k}={size(n)}" for k, n in groups.items() if n != 1),
    )


def _einsum(node: Einsum, printer: ArrayPrinter) -> Call:
    """As in NumPy; JAX looks for the order of the products by itself."""
    name, arguments = NumPyPrinter.node_calls[Einsum](node, printer)
    return name, tuple(a for a in arguments if not a.startswith("optimize="))


def _index(node: IndexView, printer: ArrayPrinter) -> PythonText:
    """As in NumPy, but that axes are turned around by `lax.rev`: an index would gather."""
    kept = [item for item in node.items if item != NewAxis()]
    falls = tuple(k for k, item in enumerate(kept) if _is_backwards(item))
    # A place leaves no axis: the axes behind it would have other numbers.
    if not falls or any(isinstance(item, IntegerIndex) for item in kept):
        return NumPyPrinter.nodes[IndexView](node, printer)
    printer.calls.add("lax.rev")
    turned = PythonText(f"lax.rev({printer(node.source)}, {falls})", ATOM)
    items = tuple(WHOLE if _is_backwards(item) else item for item in node.items)
    if set(items) == {WHOLE}:
        return turned
    return PythonText(f"{turned.text}[{', '.join(index_items(items, printer.size))}]", ATOM)


def _is_backwards(item: object) -> bool:
    return item == StridedSlice(step=S.NegativeOne)


def _softmax(node: SoftmaxArray, printer: ArrayPrinter) -> Call:
    return f"nn.{node.kind}", (printer(node.source), f"axis={printer.axes(node.axes)}")


def _reduce(node: Reduce, printer: ArrayPrinter) -> PythonText:
    """As in NumPy, but that JAX has log(sum(exp))."""
    if node.kind != "log_sum_exp":
        return NumPyPrinter.nodes[Reduce](node, printer)
    axis = "" if node.axes is None else f", axis={printer.axes(node.axes)}"
    printer.calls.add("special.logsumexp")
    return PythonText(f"special.logsumexp({printer(node.source)}{axis})", ATOM)


FUNCTIONS = {"sigmoid": "nn.sigmoid", "erf": "special.erf"}
"""What other modules bring themselves, and JAX has."""


def _apply(node: ApplyFunction, printer: ArrayPrinter) -> Call:
    if node.function in FUNCTIONS:
        return FUNCTIONS[node.function], (printer(node.source),)
    return NumPyPrinter.node_calls[ApplyFunction](node, printer)


class JaxPrinter(NumPyPrinter):
    """Prints every kind of node of an array program for `jax.numpy` and `jax.lax`."""

    library: ClassVar[str] = "jnp"
    nodes: ClassVar[Mapping[type, PrintNode]] = {
        **NumPyPrinter.nodes,
        IndexView: _index,
        Reduce: _reduce,
    }
    node_calls: ClassVar[Mapping[type, WriteCall]] = {
        **NumPyPrinter.node_calls,
        Correlate: _correlation,
        Einsum: _einsum,
        SoftmaxArray: _softmax,
        ApplyFunction: _apply,
    }

    def text(self, array: Array) -> PythonText:
        """The text of an array expression; no array can be written to, so that none is copied."""
        if isinstance(array, ApplyFunction) and array.function == "copy":
            return self.text(array.source)
        return super().text(array)
