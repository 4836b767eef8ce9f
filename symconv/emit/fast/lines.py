"""Statements of several names or tests, on as many lines as they need."""

from __future__ import annotations

from symconv.core.tensor import Tensor
from symconv.emit.code.layout import TAB, WIDTH


def unpacking(names: list[str], source: str) -> list[str]:
    """`a, b, c = source`, on several lines where it is long."""
    flat = f"{TAB}{', '.join(names)}{',' if len(names) == 1 else ''} = {source}"
    if len(flat) <= WIDTH:
        return [flat if len(names) > 1 else f"{TAB}({names[0]},) = {source}"]
    return [f"{TAB}(", *(f"{TAB * 2}{n}," for n in names), f"{TAB}) = {source}"]


def shape_of(tensor: Tensor) -> str:
    """A shape of known sizes as a tuple in code."""
    inner = ", ".join(str(n) for n in tensor.shape)
    return f"({inner},)" if len(tensor.shape) == 1 else f"({inner})"


def shape_checks(arrays: dict[str, Tensor]) -> list[str]:
    """An error where an array has another shape."""
    tests = [f"{name}.shape != {shape_of(t)}" for name, t in arrays.items()]
    joined = f"{TAB}if {' or '.join(tests)}:"
    if len(joined) > WIDTH:
        lines = [f"{TAB}if (", f"{TAB * 2}{tests[0]}"]
        lines += [f"{TAB * 2}or {t}" for t in tests[1:]] + [f"{TAB}):"]
    else:
        lines = [joined]
    return [*lines, f'{TAB * 2}raise ValueError("an array has another shape than told above")']
