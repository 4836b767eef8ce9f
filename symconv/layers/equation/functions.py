"""The functions of an equation of one's own, each by the formula that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from types import MappingProxyType

from sympy import Expr, Integer, Mod, Rational, S, ceiling, cos, exp, floor, log, sin, sqrt, tanh

from symconv.core.nodes import absolute, erf, relu, sigmoid, softplus, step
from symconv.layers.gelu import gelu_with_tanh


def largest_of(a: Expr, b: Expr) -> Expr:
    """max(a, b) = a + relu(b - a), whose derivative goes to a where they are equal."""
    if S.Zero in (a, b):
        return relu(a + b)
    return a + relu(b - a)


def smallest_of(a: Expr, b: Expr) -> Expr:
    """min(a, b) = a - relu(a - b), whose derivative goes to a where they are equal."""
    if S.Zero in (a, b):
        return -relu(-(a + b))
    return a - relu(a - b)


def clip(x: Expr, a: Expr, b: Expr) -> Expr:
    """min(max(x, a), b), whose derivative is that of x from a to b, both of them included.

    Where a is above b it is b.
    """
    # Not `largest_of`: of max(x, 0) that makes relu(x), whose derivative at 0 is 0.
    above = x + relu(a - x)
    return above - relu(above - b)


ENTRYWISE: MappingProxyType[str, Callable[..., Expr]] = MappingProxyType(
    {
        "relu": relu,
        "sigmoid": sigmoid,
        "tanh": tanh,
        "exp": exp,
        "log": log,
        "sqrt": sqrt,
        "softplus": softplus,
        "abs": absolute,
        "step": step,
        "sign": lambda x: step(x) - step(-x),
        "sin": sin,
        "cos": cos,
        "tan": lambda x: sin(x) / cos(x),
        "erf": erf,
        "silu": lambda x: x * sigmoid(x),
        "gelu": gelu_with_tanh,
        "max": lambda *some: reduce(largest_of, some),
        "min": lambda *some: reduce(smallest_of, some),
        "clip": clip,
    }
)
"""The functions of values; `sign` is 0 at 0 and has the derivative 0 everywhere."""

OF_NUMBERS: MappingProxyType[str, Callable[..., Expr]] = MappingProxyType(
    {"floor": floor, "ceil": ceiling, "mod": Mod}
)
"""The functions of numbers alone, as they have no useful derivative."""


def apply_to_numbers(name: str, arguments: tuple[Expr, ...]) -> Expr | None:
    """The value of floor, ceil or mod at rational numbers; None where there is none."""
    if name not in OF_NUMBERS or not all(isinstance(a, Rational) for a in arguments):
        return None
    if name == "mod" and arguments[1] == Integer(0):
        return None
    return OF_NUMBERS[name](*arguments)
