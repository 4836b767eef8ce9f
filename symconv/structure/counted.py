"""What is said of sliding windows, counted out at random sizes before it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.semantics.places import Sizes, affine, number, reader, whole
from symconv.semantics.sizes import pick

from .reach import Reach

SEEDS = range(1, 10)
MOST_READS = 200_000


@dataclass(frozen=True)
class Count:
    """One axis at concrete sizes, with every place that is read: by output, then kernel entry."""

    sizes: Sizes
    outputs: int
    kernel: int
    inputs: int
    places: tuple[tuple[int, ...], ...]

    @property
    def read(self) -> set[int]:
        """The entries of the input that some output reads."""
        return {t for window in self.places for t in window if 0 <= t < self.inputs}

    @property
    def unread(self) -> list[int]:
        return [t for t in range(self.inputs) if t not in self.read]


Claim = Callable[[Reach, Count], bool]


def output_size(reach: Reach, count: Count) -> bool:
    """There are as many outputs as positions 0, s, 2s, ... <= H + 2p - d (k - 1) - 1."""
    room = whole(reach.room, count.sizes)
    stride = whole(reach.stride, count.sizes)
    return count.outputs == sum(1 for _ in range(0, room + 1, stride))


def window_ends(reach: Reach, count: Count) -> bool:
    """The last window ends where it is said, and no entry after it is read."""
    last = whole(reach.last, count.sizes)
    beyond = [t for t in count.unread if t > last]
    ends = max(max(window) for window in count.places) == last
    return ends and beyond == list(range(max(0, last + 1), count.inputs))


def remainder(reach: Reach, count: Count) -> bool:
    """max(0, r - p) entries at the end are beyond it, r the remainder of the room by the stride."""
    rest = whole(reach.room, count.sizes) % whole(reach.stride, count.sizes)
    beyond = count.inputs - 1 - whole(reach.last, count.sizes)
    return max(0, beyond) == max(0, rest - whole(reach.padding, count.sizes))


def touched(reach: Reach, count: Count) -> bool:
    """An entry is read by the outputs in its bounds, d dividing i' + p - s i, and by no others."""
    start = whole(reach.highest(Integer(0)), count.sizes)
    dilation = whole(reach.dilation, count.sizes)
    for here in range(count.inputs):
        bounds = _between(reach.lowest(Integer(here)), reach.highest(Integer(here)), reach, count)
        steps = {i for i in bounds if (here + start - _stride(reach, count) * i) % dilation == 0}
        if steps != {i for i, window in enumerate(count.places) if here in window}:
            return False
    return True


def met(reach: Reach, count: Count) -> bool:
    """Kernel entry m meets the input in the outputs with (p - d m)/s <= i <= (H-1+p - d m)/s."""
    for m in range(count.kernel):
        low, high = (reach.meeting(end, Integer(m)) for end in (Integer(0), reach.inputs - 1))
        inside = range(count.inputs)
        found = {i for i, window in enumerate(count.places) if window[m] in inside}
        if _between(low, high, reach, count) != found:
            return False
    return True


def _between(low: Expr, high: Expr, reach: Reach, count: Count) -> set[int]:
    """The outputs i with low <= s i <= high."""
    least, most = number(low, count.sizes), number(high, count.sizes)
    return {i for i in range(count.outputs) if least <= _stride(reach, count) * i <= most}


def _stride(reach: Reach, count: Count) -> int:
    return whole(reach.stride, count.sizes)


def always_met(_: Reach, count: Count) -> bool:
    """Every kernel entry meets the input in every output: there is no padding to fall on."""
    return all(t in range(count.inputs) for window in count.places for t in window)


def all_read(_: Reach, count: Count) -> bool:
    """No entry of the input is left out."""
    return not count.unread


def holds(reach: Reach, counts: tuple[Count, ...], claim: Claim) -> bool:
    """Whether a claim is true wherever it was counted; what was never counted is not."""
    return bool(counts) and all(claim(reach, count) for count in counts)


def random_sizes(program: Program, reaches: tuple[Reach, ...]) -> tuple[Sizes, ...]:
    """Sizes at which windows are counted; one choice where all of theirs are numbers."""
    concrete = all(n.is_Integer for r in reaches for n in (*_counts(r), r.room, r.stride))
    if concrete:
        return ({},)
    try:
        return tuple(pick(program, seed, _small(reaches)) for seed in SEEDS)
    except SymconvError:
        return ()


def _small(reaches: tuple[Reach, ...]) -> Callable[[Sizes], bool]:
    return lambda sizes: all(
        whole(r.outputs, sizes) * whole(r.kernel, sizes) <= MOST_READS for r in reaches
    )


def _counts(reach: Reach) -> tuple[Expr, Expr, Expr]:
    return reach.outputs, reach.kernel, reach.inputs


def counted(reach: Reach, sizes: Sizes) -> Count:
    """The axis at concrete sizes, with what its index expression reads."""
    outputs, kernel, inputs = (whole(n, sizes) for n in _counts(reach))
    if outputs * kernel > MOST_READS:
        raise SymconvError("the windows are too many to count")
    slots: dict[Symbol, int] = {reach.out: 0, reach.inner: 1}
    place = reader(affine(reach.read, sizes, slots))
    read = tuple(tuple(place([i, m]) for m in range(kernel)) for i in range(outputs))
    return Count(sizes, outputs, kernel, inputs, read)
