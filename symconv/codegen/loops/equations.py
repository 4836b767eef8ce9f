"""One equation as a block: an array of zeros, and a loop over its entries that fills it."""

from __future__ import annotations

from sympy import expand
from sympy.tensor.indexed import Indexed

from symconv.codegen.python.layout import call_lines
from symconv.core.equation import Equation
from symconv.core.nodes import OneHot
from symconv.core.tensor import Tensor
from symconv.lower.binders import unshadowed

from .adding import add
from .reducers import winner
from .scalars import scalar
from .writer import Writer


def equation(e: Equation, like: Tensor, number: str, writer: Writer) -> None:
    """The block of one equation; `like` is the tensor whose array has the type of the result."""
    writer.begin()
    if writer.lines:
        writer.lines.append("")
    if number:
        writer.line(f"# ({number})")
    e = Equation(e.lhs, unshadowed(e.rhs, {v.name for v, _ in e.ranges}), e.ranges)
    tensor, name = writer.tensors[e.key], writer.names.tensors[e.key]
    if tensor.role == "cost":
        value = scalar(e.rhs, writer)
        writer.line(f"{name} = {writer.tensor(like.key)}.dtype.type({value.text})")
        return
    _empty(tensor, name, like, writer)
    if isinstance(e.rhs, OneHot) and set(e.rhs.position) <= set(e.lhs.indices):
        _one_hot(e, e.rhs, name, writer)
        return
    with writer.loop(e.ranges):
        add(_place(name, e.lhs, writer), e.rhs, writer, first=True)


def _empty(tensor: Tensor, name: str, like: Tensor, writer: Writer) -> None:
    """An array of zeros, or of falsehoods for a mask."""
    sizes = [writer.size(n).text for n in tensor.shape]
    shape = f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
    mask = tensor.role == "mask"
    kind = "np.bool_" if mask else f"{writer.tensor(like.key)}.dtype"
    writer.lines += call_lines(
        f"{name}: Array = np.zeros", [shape, f"dtype={kind}"], "", writer.depth
    )


def _place(name: str, left: Indexed, writer: Writer) -> str:
    return f"{name}[{', '.join(writer.size(expand(i)).text for i in left.indices)}]"


def _one_hot(e: Equation, right: OneHot, name: str, writer: Writer) -> None:
    """The winner of each window is looked for once."""
    outer = tuple((v, n) for v, n in e.ranges if v not in right.position)
    with writer.loop(outer):
        best = dict(zip(right.position, winner(right.maximum, writer), strict=True))
        inside = [best.get(i) or writer.size(expand(i)).text for i in e.lhs.indices]
        writer.line(f"{name}[{', '.join(inside)}] = True")
