"""The smallest sizes that still show everything: kernels of 2, few outputs, one sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod

from sympy import Expr, Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import as_integer
from symconv.semantics.sizes import SizeDraws, define_sizes

from .sliding_window import WindowAxis, find_sliding_windows

SMALLEST_IMAGE, LARGEST_IMAGE = 3, 9
"""The sides of images that are tried, the smallest first.

3 is the least with two outputs of a kernel of 2; convolution, pooling and convolution with windows
of 2 leave two outputs of 7.
"""

DRAWS = 40
"""How many random sizes are drawn where none of the regular ones fit; the smallest is taken.

More of them would seldom be smaller: free sizes lie between 0 and 9.
"""


def choose_smallest_sizes(program: Program) -> dict[Symbol, int]:
    """A value for every size: chosen by what it is, or else the smallest of some random ones."""
    fitting = (sizes for sizes in _candidate_sizes(program) if _has_positive_shapes(program, sizes))
    found = next(islice(fitting, 1), None)
    return found if found is not None else _draw_smallest(program)


def _candidate_sizes(program: Program) -> Iterator[dict[Symbol, int]]:
    """Kernels, strides and dense layers of 2, images of 3 to 9, anything else of 1."""
    reaches = [r for e in program.equations for s in find_sliding_windows(e) for r in s.reaches]
    one = _unit_sizes(program)
    images = _image_extents(reaches)
    # Two outputs first: with a single one a sum over places would not show.
    for least in (2, 1):
        for image in range(SMALLEST_IMAGE, LARGEST_IMAGE + 1):
            sizes = {s: image if s in images else 1 if s in one else 2 for s in program.free_sizes}
            if define_sizes(program.sizes, sizes, least) and _has_outputs(reaches, sizes, least):
                yield sizes


def _image_extents(reaches: list[WindowAxis]) -> set[Symbol]:
    """The extents of what windows slide over."""
    windows = {s for r in reaches for e in (r.kernel, r.stride) for s in e.free_symbols}
    found = {s for r in reaches for s in r.inputs.free_symbols if isinstance(s, Symbol)}
    return found - windows


def _unit_sizes(program: Program) -> set[Symbol]:
    """Samples, channels, dilations and paddings: one of each shows as much as two."""
    reaches = [r for e in program.equations for s in find_sliding_windows(e) for r in s.reaches]
    shown = {s for r in reaches for e in (r.kernel, r.stride) for s in e.free_symbols}
    found: set[Symbol] = set()
    for tensor in program.tensors:
        beside = tensor.shape[: max(tensor.batch, len(tensor.shape) - 2)] if reaches else ()
        for n in (*tensor.shape[: tensor.batch], *beside):
            found |= {s for s in n.free_symbols if isinstance(s, Symbol)}
    for r in reaches:
        for e in (r.dilation, r.padding):
            found |= {s for s in e.free_symbols if isinstance(s, Symbol)}
    return found - shown - _image_extents(reaches)


def _has_outputs(reaches: list[WindowAxis], sizes: Mapping[Symbol, int], least: int) -> bool:
    return all(_value(r.outputs, sizes) >= least for r in reaches)


def _value(e: Expr, sizes: Mapping[Symbol, int]) -> int:
    try:
        return as_integer(e, sizes)
    except SymconvError:
        return 0


def _has_positive_shapes(program: Program, sizes: Mapping[Symbol, int]) -> bool:
    return all(_value(n, sizes) > 0 for t in program.tensors for n in t.shape)


def _draw_smallest(program: Program) -> dict[Symbol, int]:
    """The sizes with the fewest entries among some random ones."""
    draws = SizeDraws(program)
    found = [draws.pick(seed) for seed in range(DRAWS)]
    return min(found, key=lambda sizes: sum(_count_shape(t.shape, sizes) for t in program.tensors))


def _count_shape(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> int:
    return prod(as_integer(n, sizes) for n in shape)
