"""Array expressions that are written behind a tensor, and those with operators that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symconv.codegen.python.text import ATOM, MULTIPLY, PythonText, join_operands
from symconv.codegen.readable.index_items import index_items
from symconv.codegen.readable.methods import METHODS
from symconv.codegen.readable.operators import OPERATORS
from symconv.codegen.readable.printer import ArrayPrinter, PrintNode
from symconv.lower.ir import (
    WHOLE,
    Arange,
    ArgMax,
    Arithmetic,
    Array,
    Cast,
    Comparison,
    IndexView,
    IntegerIndex,
    Item,
    Negate,
    Reduce,
    Reshape,
    SlidingWindowView,
    StridedSlice,
    TakeByLabel,
    Transpose,
)

from .calls import is_number, tensor_text

REDUCTIONS = {"sum": "sum", "mean": "mean", "max": "amax", "log_sum_exp": "logsumexp"}
BOUNDS = {"max": "min", "min": "max"}
"""The larger of a tensor and a number is the tensor with that number as its least."""


def _is_backwards(item: Item) -> bool:
    """Whether an item of an index is `::-1`, which PyTorch has not."""
    return (
        isinstance(item, StridedSlice) and item.step is not None and item.step.is_negative is True
    )


def split_turns(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], tuple[Item, ...] | None]:
    """The items of a view without its `::-1`, and those for the axes that are left, if any is."""
    forwards = tuple(WHOLE if _is_backwards(item) else item for item in items)
    left = [item for item in items if not isinstance(item, IntegerIndex)]
    turned = tuple(item if _is_backwards(item) else WHOLE for item in left)
    return forwards, turned if forwards != items else None


def _index(node: IndexView, printer: ArrayPrinter) -> PythonText:
    forwards, turned = split_turns(node.items)
    text = printer.owner(node.source)
    if any(item != WHOLE for item in forwards):
        text += f"[{', '.join(index_items(forwards, printer.size))}]"
    axes = [str(k) for k, item in enumerate(turned or ()) if item != WHOLE]
    return PythonText(text + (f".flip({', '.join(axes)})" if axes else ""), ATOM)


def _reshape(node: Reshape, printer: ArrayPrinter) -> PythonText:
    shape = ", ".join(map(printer.size, node.shape)) or "()"
    return PythonText(f"{printer.owner(node.source)}.reshape({shape})", ATOM)


def _transpose(node: Transpose, printer: ArrayPrinter) -> PythonText:
    text = METHODS[Transpose](node, printer)
    return replace(text, text=text.text.replace(".transpose(", ".permute("))


def _reduce(node: Reduce, printer: ArrayPrinter) -> PythonText:
    kind, source = REDUCTIONS[node.kind], printer.owner(node.source)
    axes = "" if node.axes is None else f"dim={printer.axes(node.axes)}"
    if kind == "logsumexp" and not axes:
        source, axes = f"{source}.flatten()", "dim=0"
    return PythonText(f"{source}.{kind}({axes})", ATOM)


def _argmax(node: ArgMax, printer: ArrayPrinter) -> PythonText:
    # PyTorch answers the first of equal maxima, too, which is the rule for ties.
    return PythonText(f"{printer.owner(node.source)}.argmax(dim=-1)", ATOM)


def _windows(node: SlidingWindowView, printer: ArrayPrinter) -> PythonText:
    text = printer.owner(node.source)
    for length, axis in zip(node.lengths, node.axes, strict=True):
        text += f".unfold({axis}, {printer.size(length)}, 1)"
    return PythonText(text, ATOM)


def _cast(node: Cast, printer: ArrayPrinter) -> PythonText:
    return PythonText(f"{printer.owner(node.source)}.to({printer(node.like)}.dtype)", ATOM)


def _take_by_label(node: TakeByLabel, printer: ArrayPrinter) -> PythonText:
    inside = ", ".join((*[":"] * node.axis, f"{printer.owner(node.labels)}.long()"))
    return PythonText(f"{printer.owner(node.source)}[{inside}]", ATOM)


def _is_counted(node: Array) -> bool:
    """Whether an expression is made of 0, 1, 2, ... and numbers alone."""
    match node:
        case Arange():
            return True
        case Negate(source) | IndexView(source):
            return _is_counted(source)
        case Arithmetic(operator, parts):
            counted = [_is_counted(p) or is_number(p) for p in parts]
            return operator != "/" and all(counted) and not is_number(node)
    return False


def _arithmetic(node: Arithmetic, printer: ArrayPrinter) -> PythonText:
    if node.operator == "/" and _is_counted(node.parts[0]):
        # Whole numbers divided are float32 in PyTorch, float64 in NumPy.
        precise = PythonText(f"{printer.owner(node.parts[0])}.double()", ATOM)
        divisors = tuple(map(printer.text, node.parts[1:]))
        return join_operands("/", (precise, *divisors), MULTIPLY)
    if node.operator not in BOUNDS:
        return OPERATORS[Arithmetic](node, printer)
    numbers = [p for p in node.parts if is_number(p)]
    tensors = [p for p in node.parts if not is_number(p)]
    if len(numbers) == 1 and len(tensors) == 1:
        bound = f"{BOUNDS[node.operator]}={printer(numbers[0])}"
        return PythonText(f"torch.clamp({printer(tensors[0])}, {bound})", ATOM)
    name = "torch.maximum" if node.operator == "max" else "torch.minimum"
    return PythonText(f"{name}({', '.join(tensor_text(p, printer) for p in node.parts)})", ATOM)


def _comparison(node: Comparison, printer: ArrayPrinter) -> PythonText:
    if node.relation == "==" and is_number(node.left):
        node = replace(node, left=node.right, right=node.left)
    return OPERATORS[Comparison](node, printer)


TORCH_NODES: Mapping[type, PrintNode] = {
    **OPERATORS,
    **METHODS,
    IndexView: _index,
    Reshape: _reshape,
    Transpose: _transpose,
    Reduce: _reduce,
    ArgMax: _argmax,
    SlidingWindowView: _windows,
    Cast: _cast,
    TakeByLabel: _take_by_label,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
}
"""How each kind of node that is no call of a function is printed."""
