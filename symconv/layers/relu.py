"""Rectifier."""

from dataclasses import dataclass

from symconv.core.nodes import relu

from .pointwise import Pointwise


@dataclass(frozen=True)
class ReLU(Pointwise):
    """a[...] = max(x[...], 0), with relu'(0) = 0."""

    keyword = "relu"
    title = "rectifier (ReLU)"
    function = relu
