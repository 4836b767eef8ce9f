"""The functions of one number that have an array form, each under one name."""

from __future__ import annotations

from types import MappingProxyType

from sympy import Abs, Function, cos, exp, log, sign, sin, tanh

from symconv.core.errors import Unsupported
from symconv.core.nodes import absolute, relu, sigmoid, softplus, step

NAMES = MappingProxyType(
    {
        relu: "relu",
        step: "step",
        sigmoid: "sigmoid",
        softplus: "softplus",
        absolute: "absolute",
        Abs: "absolute",
        sign: "sign",
        tanh: "tanh",
        exp: "exp",
        log: "log",
        sin: "sin",
        cos: "cos",
    }
)


def named(expression: Function) -> str:
    """The name of the function of an expression; refused where it is not known."""
    if type(expression) not in NAMES:
        name = type(expression).__name__
        raise Unsupported(f"no array form is known for the function {name}: {expression}")
    return NAMES[type(expression)]
