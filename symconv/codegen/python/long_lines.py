"""Statements of several names or tests, on as many lines as they need."""

from __future__ import annotations

from symconv.core.tensor import Tensor

from .layout import TAB, WIDTH
from .module import Code, make_code


def wrap_unpacking(names: list[str], source: str, indent: int = 1) -> Code:
    """`a, b, c = source`, on several lines where it is long."""
    margin = TAB * indent
    head = f"{margin}{unpacking_targets(names)} = "
    if len(head + source) <= WIDTH:
        return make_code([head + source])
    if source.endswith(")") and len(head) < WIDTH:
        return make_code([f"{head}(", f"{margin}{TAB}{source}", f"{margin})"])
    return make_code(
        [f"{margin}(", *(f"{margin}{TAB}{n}," for n in names), f"{margin}) = {source}"]
    )


def unpacking_targets(names: list[str]) -> str:
    """What a tuple of values is assigned to."""
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def wrap_tuple(name: str, values: list[str], indent: int = 1, brackets: str = "()") -> Code:
    """`name = (a, b, c)`, on a line for each where it is long."""
    margin, first, last = TAB * indent, brackets[0], brackets[1]
    comma = "," if len(values) == 1 and first == "(" else ""
    flat = f"{margin}{name} = {first}{', '.join(values)}{comma}{last}"
    if len(flat) <= WIDTH:
        return make_code([flat])
    inner = (f"{margin}{TAB}{v}," for v in values)
    return make_code([f"{margin}{name} = {first}", *inner, f"{margin}{last}"])


def shape_literal(tensor: Tensor) -> str:
    """A shape of known sizes as a tuple in code."""
    inner = ", ".join(str(n) for n in tensor.shape)
    return f"({inner},)" if len(tensor.shape) == 1 else f"({inner})"
