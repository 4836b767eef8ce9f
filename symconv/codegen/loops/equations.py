"""One equation as a block: an array of zeros, and a loop over its entries that fills it."""

from __future__ import annotations

from sympy import expand
from sympy.tensor.indexed import Indexed

from symconv.codegen.python.layout import wrap_call
from symconv.codegen.python.module import BLANK, Code
from symconv.core.equation import Equation
from symconv.core.nodes import OneHot
from symconv.core.tensor import Tensor
from symconv.lower.equations import make_indices_unique

from .accumulate import accumulate_terms
from .reductions import write_argmax
from .scalars import write_scalar
from .writer import LoopWriter


def write_equation(e: Equation, like: Tensor, number: str, writer: LoopWriter) -> None:
    """The block of one equation; `like` is the tensor whose array has the type of the result."""
    writer.begin()
    if writer.body:
        writer.body.append(BLANK)
    if number:
        writer.comment(f"({number})")
    # Loops stand inside of each other: an index that is bound twice would overwrite itself.
    e = Equation(e.lhs, make_indices_unique(e.rhs, {v.name for v, _ in e.ranges}), e.ranges)
    tensor, name = writer.tensors[e.key], writer.names.tensors[e.key]
    writer.derives = tensor.role in {"delta", "gradient"}
    if tensor.role == "cost":
        value = write_scalar(e.rhs, writer)
        writer.line(f"{name} = {writer.tensor(like.key)}.dtype.type({value.text})")
        return
    _allocate_array(tensor, name, like, writer)
    if isinstance(e.rhs, OneHot) and set(e.rhs.position) <= set(e.lhs.indices):
        _write_one_hot(e, e.rhs, name, writer)
        return
    with writer.loop(e.ranges):
        accumulate_terms(_target_entry(name, e.lhs, writer), e.rhs, writer, first=True)


def _allocate_array(tensor: Tensor, name: str, like: Tensor, writer: LoopWriter) -> None:
    """An array of zeros, or of falsehoods for a mask.

    Zeros, since loops add to it, and since an entry whose terms are all absent is never written.
    """
    sizes = [writer.size(n).text for n in tensor.shape]
    shape = f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
    mask = tensor.role == "mask"
    kind = "np.bool_" if mask else f"{writer.tensor(like.key)}.dtype"
    head, arguments = f"{name}: Array = np.zeros", [shape, f"dtype={kind}"]
    lines = wrap_call(head, arguments, "", writer.depth)
    writer.body.append(Code(tuple(lines), assigns=name))


def _target_entry(name: str, left: Indexed, writer: LoopWriter) -> str:
    return f"{name}[{', '.join(writer.size(expand(i)).text for i in left.indices)}]"


def _write_one_hot(e: Equation, right: OneHot, name: str, writer: LoopWriter) -> None:
    """A mask: the winner of each window is looked for once, and all else stays False."""
    outer = tuple((v, n) for v, n in e.ranges if v not in right.position)
    with writer.loop(outer):
        best = dict(zip(right.position, write_argmax(right.maximum, writer), strict=True))
        inside = [best.get(i) or writer.size(expand(i)).text for i in e.lhs.indices]
        writer.line(f"{name}[{', '.join(inside)}] = True")
