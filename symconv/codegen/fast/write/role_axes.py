"""Arrays with the axes of their role in a contraction, and back to their own."""

from __future__ import annotations

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.algorithms.contraction import Contraction, Operand
from symconv.core.tensor import key_of

from .function_writer import FunctionWriter


def to_role_axes(scribe: FunctionWriter, operand: Operand) -> str:
    """The view of a tensor's array with the axes of its role: (b, c, i, j), (f, c, m, n), ...

    Brackets, a transpose, new axes, in this order: each counts the axes that the one before left.
    """
    name = scribe.tensor(operand.key)
    if operand.plain:
        return name
    rank = len(operand.access.indices)
    taken = [a for a in operand.order if a is not None]
    flipped = {a for a, f in zip(operand.order[2:], operand.flipped, strict=True) if f}
    items = ["::-1" if k in flipped else ":" if k in taken else "0" for k in range(rank)]
    text = f"{name}[{', '.join(items)}]" if any(i != ":" for i in items) else name
    left = sorted(taken)
    order = [left.index(a) for a in taken]
    if order != sorted(order):
        text += f".transpose({', '.join(map(str, order))})"
    if len(taken) < len(operand.order):
        text += f"[{', '.join('None' if a is None else ':' for a in operand.order)}]"
    return text


def from_role_axes(operand: Operand) -> str:
    """The views that follow an array with the axes of its role to make it the tensor's own.

    The same as `to_role_axes`, the other way round.
    """
    text = ""
    if operand.plain:
        return text
    taken = [a for a in operand.order if a is not None]
    rank = len(operand.access.indices)
    flips = (False, False, *operand.flipped)
    items = [
        "0" if a is None else "::-1" if f else ":"
        for a, f in zip(operand.order, flips, strict=True)
    ]
    if any(i != ":" for i in items):
        text += f"[{', '.join(items)}]"
    order = [taken.index(a) for a in sorted(taken)]
    if order != sorted(order):
        text += f".transpose({', '.join(map(str, order))})"
    if len(taken) < rank:
        text += f"[{', '.join(':' if k in taken else 'None' for k in range(rank))}]"
    return text


def broadcast_addend(scribe: FunctionWriter, addend: Expr, contraction: Contraction) -> str:
    """What is added to places, with axes that NumPy stretches over (b, f, i, j).

    TypeError where it is no entry of a tensor.
    """
    if not isinstance(addend, Indexed):
        raise TypeError(addend)
    where = contraction.indices
    name = scribe.tensor(key_of(addend))
    if all(e.is_number for e in addend.indices):
        return f"{name}[{', '.join(map(str, addend.indices))}]"
    axes = [where[e] for e in addend.indices]
    # NumPy aligns shapes at their ends: axes that are missing behind the first must be written,
    # those before it need not.
    last = axes[0] or 0
    items = [":"] + [":" if k in axes else "None" for k in range(last + 1, 4)]
    return f"{name}[{', '.join(items)}]" if "None" in items else name
