"""The cost model: which algorithm a contraction over windows takes, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from symconv.codegen.fast.algorithms.base import Algorithm
from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.operation_count import OperationCount, estimate_microseconds
from symconv.codegen.fast.algorithms.sizes import Pair, assume_batch, read_sizes
from symconv.codegen.fast.algorithms.table import find_algorithms
from symconv.core.errors import SymconvError

from .overrides import PlanOverrides

TABLE = 320_000
"""The most entries of a lookup table: 2.5 MB, as each has 8 bytes. The module makes it at its first
call and keeps it, which the estimate of a call does not count: a larger bound lets both grow
unseen, a smaller one takes `gathered` and `matrix` from small layers where they are fastest."""


@dataclass(frozen=True)
class Choice:
    """An algorithm, and the reason for it in words."""

    algorithm: Algorithm
    reason: str


def choose(
    contraction: Contraction,
    overrides: PlanOverrides | None = None,
    key: str = "",
    phases: Pair = (1, 1),
) -> Choice:
    """The algorithm that was asked for, else the one that takes the least time.

    `key` is that of the equation, by which `overrides` ask; `phases` (a, b) share a maximum. The
    time is that of all three tensors of the contraction, so that they take the same one.
    SymconvError where the one that was asked for cannot compute the contraction.
    """
    overrides, known = overrides or PlanOverrides(), find_algorithms(contraction)
    wanted = overrides.algorithm_for(key)
    if wanted is None:
        times = estimate_times(contraction, phases, overrides.tiles)
        return _take_fastest(times, assume_batch(contraction.batch))
    if wanted not in known:
        raise SymconvError(
            f"'{key}' has no form '{wanted.name}'",
            help=f"it has {', '.join(a.name for a in known)}",
        )
    return Choice(wanted, "it was asked for")


def estimate_times(
    contraction: Contraction, phases: Pair = (1, 1), tiles: str | None = None
) -> dict[Algorithm, float]:
    """About how many microseconds every algorithm takes for all three tensors, the fastest first.

    Of those that need the option `tiles` only the one that was asked for takes part.
    """
    sizes = read_sizes(contraction, assume_batch(contraction.batch), phases)
    known = [a for a in find_algorithms(contraction) if a.tiles in {"", tiles}]
    counts = {algorithm: algorithm.work(sizes).values() for algorithm in known}
    # A table that is too large rules an algorithm out, however fast its calls would be. im2col has
    # no table and always applies: something is left.
    found = {
        algorithm: sum(map(estimate_microseconds, roles))
        for algorithm, roles in counts.items()
        if max(role.fetched for role in roles) <= TABLE
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def count_work(
    contraction: Contraction, algorithm: Algorithm, phases: Pair = (1, 1)
) -> OperationCount:
    """What computing the tensor `contraction.computes` takes; the counts may hold the batch."""
    return algorithm.work(read_sizes(contraction, contraction.batch, phases))[contraction.computes]


def _take_fastest(times: dict[Algorithm, float], batch: int) -> Choice:
    """The first of the algorithms, and how much longer the next two would take."""
    (algorithm, least), *others = times.items()
    slower = [f"{other.name} {time / least:.1f} times that" for other, time in others[:2]]
    samples = f"{batch} samples" if batch > 1 else "a sample"
    reason = ", ".join([f"it takes about {write_time(least)} for {samples}", *slower])
    return Choice(algorithm, reason)


def write_time(microseconds: float) -> str:
    """Microseconds with two digits, such as `12 us` or `3.4 ms`."""
    digits = 1 - math.floor(math.log10(microseconds))
    rounded = round(microseconds, digits)
    return f"{rounded:g} us" if rounded < 1000 else f"{rounded / 1000:g} ms"
