"""Hyperbolic tangent."""

from dataclasses import dataclass

from sympy import tanh

from .pointwise import Pointwise


@dataclass(frozen=True)
class Tanh(Pointwise):
    """a[...] = tanh(x[...])."""

    keyword = "tanh"
    title = "hyperbolic tangent"
    function = tanh
