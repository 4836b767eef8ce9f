"""The smallest sizes that still show everything: kernels of 2, few outputs, one sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod

from sympy import Expr, Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.semantics.places import whole
from symconv.semantics.sizes import define, free_sizes, pick

from .reach import Reach, sweeps

SMALLEST_IMAGE, LARGEST_IMAGE = 3, 9
DRAWS = 40


def small_sizes(program: Program) -> dict[Symbol, int]:
    """A value for every size: chosen by what it is, or else the smallest of some random ones."""
    fitting = (sizes for sizes in _chosen(program) if _fits(program, sizes))
    found = next(islice(fitting, 1), None)
    return found if found is not None else _drawn(program)


def _chosen(program: Program) -> Iterator[dict[Symbol, int]]:
    """Kernels, strides and dense layers of 2, images of 3 to 9, anything else of 1."""
    reaches = [r for e in program.equations for s in sweeps(e) for r in s.reaches]
    one = _single(program)
    images = _images(reaches)
    for least in (2, 1):
        for image in range(SMALLEST_IMAGE, LARGEST_IMAGE + 1):
            sizes = {s: image if s in images else 1 if s in one else 2 for s in free_sizes(program)}
            if define(program.sizes, sizes, least) and _roomy(reaches, sizes, least):
                yield sizes


def _images(reaches: list[Reach]) -> set[Symbol]:
    """The extents of what windows slide over."""
    windows = {s for r in reaches for e in (r.kernel, r.stride) for s in e.free_symbols}
    found = {s for r in reaches for s in r.inputs.free_symbols if isinstance(s, Symbol)}
    return found - windows


def _single(program: Program) -> set[Symbol]:
    """Samples, channels, dilations and paddings: one of each shows as much as two."""
    reaches = [r for e in program.equations for s in sweeps(e) for r in s.reaches]
    shown = {s for r in reaches for e in (r.kernel, r.stride) for s in e.free_symbols}
    found: set[Symbol] = set()
    for tensor in program.tensors:
        beside = tensor.shape[: max(tensor.batch, len(tensor.shape) - 2)] if reaches else ()
        for n in (*tensor.shape[: tensor.batch], *beside):
            found |= {s for s in n.free_symbols if isinstance(s, Symbol)}
    for r in reaches:
        for e in (r.dilation, r.padding):
            found |= {s for s in e.free_symbols if isinstance(s, Symbol)}
    return found - shown - _images(reaches)


def _roomy(reaches: list[Reach], sizes: Mapping[Symbol, int], least: int) -> bool:
    return all(_value(r.outputs, sizes) >= least for r in reaches)


def _value(e: Expr, sizes: Mapping[Symbol, int]) -> int:
    try:
        return whole(e, sizes)
    except SymconvError:
        return 0


def _fits(program: Program, sizes: Mapping[Symbol, int]) -> bool:
    return all(_value(n, sizes) > 0 for t in program.tensors for n in t.shape)


def _drawn(program: Program) -> dict[Symbol, int]:
    """The sizes with the fewest entries among some random ones."""
    found = [pick(program, seed) for seed in range(DRAWS)]
    return min(found, key=lambda sizes: sum(_entries(t.shape, sizes) for t in program.tensors))


def _entries(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> int:
    return prod(whole(n, sizes) for n in shape)
