"""A network as data: its input and its layers, in order."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.layers.base import Layer, TensorName
from symconv.layers.support.sizes import Size


@dataclass(frozen=True)
class Input:
    """The input of a network.

    `shape` is height x width, channels x height x width, or batch x channels x height x width; a
    single number is a vector. `batch` states the number of samples where the shape does not.
    """

    name: TensorName
    shape: tuple[Size, ...]
    batch: Size | None = None


@dataclass(frozen=True)
class Spec:
    """An input, then one layer after another."""

    input: Input
    layers: tuple[Layer, ...] = ()
