"""What is said of sliding windows, counted out at random sizes before it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

from sympy import Expr, Integer, Symbol

from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import (
    Sizes,
    affine_in_slots,
    as_integer,
    compile_index,
    evaluate_size,
)
from symconv.semantics.sizes import SizeDraws

from .sliding_window import WindowAxis

SEEDS = range(1, 10)
"""Nine choices of sizes, of which three keep clear of strides of 1 and paddings of 0."""

MOST_READS = 200_000
"""The most reads of one axis, outputs times entries of the kernel; beyond it nothing is said of it.

No axis of an image is long enough to come near; it is the sizes of untrusted texts that are.
"""


MOST_INPUTS = 10_000
"""The longest axis of which each entry is gone through, in about a second."""


@dataclass(frozen=True)
class AxisSample:
    """One axis at concrete sizes, with every place that is read: by output, then kernel entry."""

    sizes: Sizes
    outputs: int
    kernel: int
    inputs: int
    places: tuple[tuple[int, ...], ...]

    @cached_property
    def readers(self) -> dict[int, set[int]]:
        """The outputs that read an entry of the input, by its place; an unread one has none."""
        found: dict[int, set[int]] = {}
        for output, window in enumerate(self.places):
            for place in window:
                if 0 <= place < self.inputs:
                    found.setdefault(place, set()).add(output)
        return found

    @cached_property
    def unread(self) -> list[int]:
        return [t for t in range(self.inputs) if t not in self.readers]


Claim = Callable[[WindowAxis, AxisSample], bool]


def output_size(reach: WindowAxis, count: AxisSample) -> bool:
    """There are as many outputs as positions 0, s, 2s, ... <= H + 2p - d (k - 1) - 1."""
    room = as_integer(reach.room, count.sizes)
    stride = as_integer(reach.stride, count.sizes)
    return count.outputs == sum(1 for _ in range(0, room + 1, stride))


def window_ends(reach: WindowAxis, count: AxisSample) -> bool:
    """The last window ends where it is said, and no entry after it is read."""
    last = as_integer(reach.last, count.sizes)
    beyond = [t for t in count.unread if t > last]
    ends = max(max(window) for window in count.places) == last
    return ends and beyond == list(range(max(0, last + 1), count.inputs))


def remainder(reach: WindowAxis, count: AxisSample) -> bool:
    """max(0, r - p) entries at the end are beyond it, r the remainder of the room by the stride."""
    rest = as_integer(reach.room, count.sizes) % as_integer(reach.stride, count.sizes)
    beyond = count.inputs - 1 - as_integer(reach.last, count.sizes)
    return max(0, beyond) == max(0, rest - as_integer(reach.padding, count.sizes))


def outputs_touched(reach: WindowAxis, count: AxisSample) -> bool:
    """An entry is read by the outputs in its bounds, d dividing i' + p - s i, and by no others."""
    start = as_integer(reach.highest(Integer(0)), count.sizes)
    dilation = as_integer(reach.dilation, count.sizes)
    for here in range(count.inputs):
        bounds = _between(reach.lowest(Integer(here)), reach.highest(Integer(here)), reach, count)
        steps = {i for i in bounds if (here + start - _stride(reach, count) * i) % dilation == 0}
        if steps != count.readers.get(here, set()):
            return False
    return True


def outputs_met(reach: WindowAxis, count: AxisSample) -> bool:
    """Kernel entry m meets the input in the outputs with (p - d m)/s <= i <= (H-1+p - d m)/s."""
    for m in range(count.kernel):
        low, high = (reach.meeting(end, Integer(m)) for end in (Integer(0), reach.inputs - 1))
        inside = range(count.inputs)
        found = {i for i, window in enumerate(count.places) if window[m] in inside}
        if _between(low, high, reach, count) != found:
            return False
    return True


def _between(low: Expr, high: Expr, reach: WindowAxis, count: AxisSample) -> set[int]:
    """The outputs i with low <= s i <= high."""
    least, most = evaluate_size(low, count.sizes), evaluate_size(high, count.sizes)
    stride = _stride(reach, count)
    return set(range(max(0, ceil(least / stride)), min(count.outputs, floor(most / stride) + 1)))


def _stride(reach: WindowAxis, count: AxisSample) -> int:
    return as_integer(reach.stride, count.sizes)


def always_met(_: WindowAxis, count: AxisSample) -> bool:
    """Every kernel entry meets the input in every output: there is no padding to fall on."""
    return all(t in range(count.inputs) for window in count.places for t in window)


def all_read(_: WindowAxis, count: AxisSample) -> bool:
    """No entry of the input is left out."""
    return not count.unread


def claim_holds(reach: WindowAxis, counts: tuple[AxisSample, ...], claim: Claim) -> bool:
    """Whether a claim is true wherever it was counted; what was never counted is not."""
    return bool(counts) and all(claim(reach, count) for count in counts)


def random_sizes(draws: SizeDraws, reaches: tuple[WindowAxis, ...]) -> tuple[Sizes, ...]:
    """Sizes at which windows are counted; one choice where all of theirs are numbers."""
    concrete = all(n.is_Integer for r in reaches for n in (*_axis_extents(r), r.room, r.stride))
    if concrete:
        return ({},)
    try:
        return tuple(draws.pick(seed, _is_affordable(reaches)) for seed in SEEDS)
    except SymconvError:
        return ()


def _is_affordable(reaches: tuple[WindowAxis, ...]) -> Callable[[Sizes], bool]:
    return lambda sizes: all(
        as_integer(r.outputs, sizes) * as_integer(r.kernel, sizes) <= MOST_READS for r in reaches
    )


def _axis_extents(reach: WindowAxis) -> tuple[Expr, Expr, Expr]:
    return reach.outputs, reach.kernel, reach.inputs


def sample_axis(reach: WindowAxis, sizes: Sizes) -> AxisSample:
    """The axis at concrete sizes, with what its index expression reads."""
    outputs, kernel, inputs = (as_integer(n, sizes) for n in _axis_extents(reach))
    if outputs * kernel > MOST_READS or inputs > MOST_INPUTS:
        raise SymconvError("the windows are too many to count")
    slots: dict[Symbol, int] = {reach.out: 0, reach.inner: 1}
    place = compile_index(affine_in_slots(reach.read, sizes, slots))
    read = tuple(tuple(place([i, m]) for m in range(kernel)) for i in range(outputs))
    return AxisSample(sizes, outputs, kernel, inputs, read)
