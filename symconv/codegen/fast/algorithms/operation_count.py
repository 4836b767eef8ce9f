"""What an algorithm does, counted, and about how long that takes.

The constants are those of one machine (AVX-512, one thread, float32), fitted to the times of all
algorithms on a grid of layers by `benchmarks/forms.py --fit`. Only their ratios matter to a choice.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Any, TypeAlias

Count: TypeAlias = Any
"""An int, or an expression of the batch."""

CACHE = 500_000
"""The most numbers in use that count as cached: 2 MB of float32. With more than that in use, every
number that is copied or fetched takes `FAR` longer: a larger bound takes large layers for fast, a
smaller one charges those that fit. `FAR` was fitted with this one."""


@dataclass(frozen=True)
class OperationCount:
    """Counts of what is done: `held` is the most numbers that are in use at a time.

    `calls` are those of NumPy, `products` those of matrices inside of them, with their
    `multiplications`; numbers are `copied` (or added) in `runs` that are contiguous, or `fetched`
    one by one through a table.
    """

    calls: Count = 0
    products: Count = 0
    multiplications: Count = 0
    copied: Count = 0
    runs: Count = 0
    fetched: Count = 0
    held: Count = 0

    def __add__(self, other: OperationCount) -> OperationCount:
        return OperationCount(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def holding(self, numbers: Count) -> OperationCount:
        """The same work with so many numbers in use."""
        return replace(self, held=numbers)


def count_products(count: Count, rows: Count, inner: Count, columns: Count) -> OperationCount:
    """So many products of a matrix (rows, inner) with one (inner, columns)."""
    return OperationCount(products=count, multiplications=count * rows * inner * columns)


def count_copies(numbers: Count, run: Count) -> OperationCount:
    """So many numbers copied, in runs of that length."""
    return OperationCount(copied=numbers, runs=numbers / run)


NANOSECONDS = OperationCount(
    calls=466, products=165, multiplications=0.00993, copied=0.444, runs=0.399, fetched=0.459
)
"""The time of each thing that is counted: the least squares of `benchmarks/forms.py --fit`."""

FAR = 0.203
"""Nanoseconds more for a number that does not come from the cache, from the same fit."""


def to_weighted_counts(count: OperationCount) -> tuple[float, ...]:
    """What the time is a weighted sum of: the counts, and the numbers from beyond the cache."""
    *counts, held = astuple(count)
    # What is multiplied is left out: BLAS brings its operands into the cache in blocks of its own.
    far = count.copied + count.fetched if held > CACHE else 0
    return (*(float(n) for n in counts), float(far))


def estimate_microseconds(count: OperationCount) -> float:
    """About how long the work takes, its counts being numbers."""
    weights = (*astuple(NANOSECONDS)[:-1], FAR)
    return sum(n * w for n, w in zip(to_weighted_counts(count), weights, strict=True)) / 1000
