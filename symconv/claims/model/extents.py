"""The names of the sizes of tensors: H_h and W_h for an image h, n_a for a vector, H_out.

A name that the network uses is its own, and so are those of its sizes: these names come last.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr

from symconv.core.equation import Program
from symconv.core.tensor import Tensor

WINDOWS = {"conv", "transposed_conv", "maxpool", "avgpool"}
"""The layers whose output people call `out` where there is one of them."""

HEIGHT, WIDTH, CHANNELS = ("H",), ("W",), ("C",)
LENGTH = ("n", "N", "L", "H", "W")
"""What people call the extents of images, and the length of a vector or a signal."""


def name_extents(program: Program) -> dict[str, Expr]:
    """The extents by their names, underscores and braces left out: `Hh`, `Wh`, `Hout`, `H'`."""
    found: dict[str, Expr] = {}
    named = [t for t in program.tensors if t.role in {"input", "value"}]
    for tensor in named:
        if tensor.name.layer is None:
            for name, extent in _extents_of(tensor):
                found.setdefault(name + tensor.name.letter, extent)
    outputs, inputs = _output(program, named), named[:1]
    for tensors, endings in ((outputs, ("out", "'")), (inputs, ("in",))):
        for name, extent in (pair for tensor in tensors for pair in _extents_of(tensor)):
            for ending in endings:
                found.setdefault(name + ending, extent)
    return found


def spell_extent(name: str) -> str:
    """`H_h`, as people write the name `Hh`; `H'` as it is."""
    return f"{name[0]}_{name[1:]}" if name[1:].isalnum() else name


def _output(program: Program, named: list[Tensor]) -> list[Tensor]:
    """The output of the one layer with windows, or else the last value that is no cost."""
    windows = [e.key for e in program.equations if e.kind in WINDOWS]
    if len(windows) == 1:
        return [program.by_key[windows[0]]]
    return [t for t in named if t.role == "value" and not windows][-1:]


def _extents_of(tensor: Tensor) -> Iterator[tuple[str, Expr]]:
    """The letters of the axes of a tensor, those of the batch left out, with their extents."""
    shape = tensor.shape[tensor.batch :]
    if len(shape) == 1:
        yield from ((name, shape[0]) for name in LENGTH)
    elif len(shape) in {2, 3, 4}:
        axes = (HEIGHT, WIDTH) if len(shape) == 2 else (CHANNELS, HEIGHT, WIDTH)
        for names, extent in zip(axes, shape[-len(axes) :], strict=True):
            yield from ((name, extent) for name in names)
