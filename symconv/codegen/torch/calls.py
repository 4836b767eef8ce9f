"""Array expressions that PyTorch writes as a call of another function than NumPy."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import S

from symconv.codegen.readable.calls import CALLS, FUNCTIONS
from symconv.codegen.readable.operators import number_literal
from symconv.codegen.readable.printer import ArrayPrinter, Call, WriteCall, tuple_literal
from symconv.core.errors import Unsupported
from symconv.lower.ir import (
    AddByLabel,
    ApplyFunction,
    Arange,
    Arithmetic,
    Array,
    Broadcast,
    Einsum,
    Full,
    Negate,
    PadArray,
    Scalar,
    SoftmaxArray,
    TakeAlong,
)

LIKE = "like"
"""The local of a function that holds 0 in the type of its arrays and on their device."""

ZERO_LIKE = "zero_like"
"""The function that makes it."""

X = "x"
OWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("torch.relu", (X,)),
    "negative_part": ("torch.clamp", (X, "max=0")),
    # Above 40 nothing is left of exp(-x) in 1 + exp(-x), in double precision either.
    "softplus": ("functional.softplus", (X, "threshold=40")),
    "copy": ("torch.clone", (X,)),
    **{name: (f"torch.{name}", (X,)) for name in ("sigmoid", "sign", "erf")},
}
"""Functions that have another form than in NumPy."""


def is_number(node: Array) -> bool:
    """Whether an expression is a number of Python: no tensor is in it."""
    match node:
        case Scalar():
            return True
        case Negate(source):
            return is_number(source)
        case Arithmetic(_, parts):
            return all(map(is_number, parts))
    return False


def make_like(printer: ArrayPrinter) -> str:
    """The name of the local that new tensors are made like, which the function then needs."""
    printer.calls.add(ZERO_LIKE)
    return LIKE


def tensor_text(node: Array, printer: ArrayPrinter) -> str:
    """The text of an expression as a tensor, where it is a number, too."""
    text = printer(node)
    if not is_number(node):
        return text
    return f"{make_like(printer)}.new_tensor({text})"


def _pad(node: PadArray, printer: ArrayPrinter) -> Call:
    # The last axis comes first; axes at the front that get nothing may be left out.
    widths = list(node.widths)
    while len(widths) > 1 and not any(widths[0]):
        widths.pop(0)
    pairs = [printer.size(n) for before, after in reversed(widths) for n in (before, after)]
    lowest = ("value=-torch.inf",) if node.fill == "lowest" else ()
    return "functional.pad", (printer(node.source), tuple_literal(pairs), *lowest)


def _einsum(node: Einsum, printer: ArrayPrinter) -> Call:
    name, arguments = CALLS[Einsum](node, printer)
    return name, tuple(a for a in arguments if a != "optimize=True")


def _full(node: Full, printer: ArrayPrinter) -> Call:
    shape, like = printer.shape(node.shape), make_like(printer)
    kind = ("dtype=torch.bool",) if node.like is None else ()
    if node.fill in {0, 1}:
        return f"{like}.new_{'zeros' if node.fill == 0 else 'ones'}", (shape, *kind)
    lowest = node.fill == S.NegativeInfinity
    fill = "-torch.inf" if lowest else number_literal(node.fill, printer.size).text
    return f"{like}.new_full", (shape, fill)


def _arange(node: Arange, printer: ArrayPrinter) -> Call:
    return "torch.arange", (printer.size(node.extent), f"device={make_like(printer)}.device")


def _broadcast(node: Broadcast, printer: ArrayPrinter) -> Call:
    return "torch.broadcast_to", (tensor_text(node.source, printer), printer.shape(node.shape))


def _softmax(node: SoftmaxArray, printer: ArrayPrinter) -> Call:
    # PyTorch takes one axis; a function of the module's own takes several.
    name = f"torch.{node.kind}" if len(node.axes) == 1 else node.kind
    return name, (printer(node.source), f"dim={printer.axes(node.axes)}")


def _apply(node: ApplyFunction, printer: ArrayPrinter) -> Call:
    if node.function not in {**FUNCTIONS, **OWN}:
        raise Unsupported(f"no form in PyTorch is known for the function {node.function}")
    plain, whole = FUNCTIONS.get(node.function, ("", (X,)))
    name, arguments = OWN.get(node.function, (printer.function(plain), whole))
    return name, tuple(tensor_text(node.source, printer) if a is X else a for a in arguments)


def _take_along(node: TakeAlong, printer: ArrayPrinter) -> Call:
    labels = f"{printer.owner(node.labels)}.long()"
    return "torch.take_along_dim", (printer(node.source), labels, f"dim={node.axis}")


def _add_by_label(node: AddByLabel, printer: ArrayPrinter) -> Call:
    labels = f"{printer.owner(node.labels)}.long()"
    return "add_by_label", (printer(node.source), labels, printer.shape(node.shape))


TORCH_CALLS: Mapping[type, WriteCall] = {
    **CALLS,
    PadArray: _pad,
    Einsum: _einsum,
    Full: _full,
    Arange: _arange,
    Broadcast: _broadcast,
    SoftmaxArray: _softmax,
    ApplyFunction: _apply,
    TakeAlong: _take_along,
    AddByLabel: _add_by_label,
}
"""How each kind of node that is written as a call gets its name and its arguments."""
