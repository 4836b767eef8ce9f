"""Every choice between two right ways of computing the same thing, in one place.

The rules look at extents and at the shape of the formula, never at a layer.
"""

from __future__ import annotations

from typing import Literal

from sympy import Expr, S, Symbol

from .affine import SizeBounds
from .builder import ProgramBuilder
from .named_array import NamedArray

Form = Literal["elementwise", "reduce", "matmul", "einsum"]
Reach = tuple[Symbol, Expr, Expr]  # an index, its positive step along an axis, its extent


def choose_window_index(reaches: tuple[Reach, ...], sizes: SizeBounds) -> Symbol:
    """Which of several indices of one axis runs inside the window: the one with the shorter reach.

    Where the reaches cannot be compared, the extent that depends on fewer symbols wins: the size of
    an output depends on everything, the size of a kernel on itself.
    """
    # From the last to the first, so that among equals the innermost one is the window.
    best, step, extent = reaches[-1]
    for v, c, n in reversed(reaches[:-1]):
        longer = step * (extent - 1) - c * (n - 1)
        if longer == 0 or sizes.nonnegative(-longer):
            continue
        if sizes.nonnegative(longer) or sizes.complexity(n) < sizes.complexity(extent):
            best, step, extent = v, c, n
    return best


def choose_product_form(factors: tuple[NamedArray, ...], summed: frozenset[Symbol]) -> Form:
    """How a product of factors is summed over some of its indices.

    A summed product of two matrices or vectors is `@`; everything larger goes through
    `einsum(..., optimize=True)`, which reaches BLAS. One factor needs a plain reduction.
    """
    if not summed:
        return "elementwise"
    if len(factors) == 1:
        return "reduce"
    if len(factors) == 2 and len(summed) == 1:
        left, right = (f.axes for f in factors)
        (v,) = summed
        apart = not (set(left) & set(right) - summed)
        # With an index kept in both, or more axes, `@` means a stack of matrices: see `matmul`.
        if apart and v in left and v in right and max(len(left), len(right)) <= 2:
            return "matmul"
    return "einsum"


def choose_loop_indices(reaches: tuple[Reach, ...], sizes: SizeBounds) -> tuple[Symbol, ...]:
    """Which of the indices that share an output axis become loops: all but the longest one."""
    rest = list(reaches)
    loops: list[Symbol] = []
    while len(rest) > 1:
        loops.append(choose_window_index(tuple(rest), sizes))
        rest = [r for r in rest if r[0] not in loops]
    return tuple(loops)


def prefers_scatter(read: Expr, written: Expr, sizes: SizeBounds) -> bool:
    """Whether a sum over windows is better done by adding every summand to where it belongs.

    Reading copies a window of `read` maps for every place, writing adds a window of `written` maps;
    the fewer decide. In doubt windows are read: they need no loop.
    """
    return sizes.nonnegative(read - written - 1)


def should_hoist(factors: tuple[NamedArray, ...], summed: frozenset[Symbol]) -> bool:
    """Whether a scatter computes all its summands at once, in front of its loop.

    With a sum inside, one large product beats many small ones; without, the product is done where
    it is added and no large array is needed.
    """
    return bool(summed) and bool(factors)


def order_as_mixed_radix(
    reaches: tuple[Reach, ...], bench: ProgramBuilder
) -> tuple[Reach, ...] | None:
    """The indices from coarse to fine if they count an interval once each (mixed radix)."""
    found: list[Reach] = []
    step: Expr = S.One
    rest = list(reaches)
    while rest:
        fits = [r for r in rest if bench.sizes.equal(r[1], step)]
        if not fits:
            return None
        # An index with one value has every weight: it goes first, below the one whose extent moves
        # the weight on.
        fit = min(fits, key=lambda r: r[2] != 1)
        rest.remove(fit)
        found.insert(0, fit)
        step = step * fit[2]
    return tuple(found)
