"""What a form does, counted, and about how long that takes.

The constants are those of one machine (AVX-512, one thread, float32), fitted to the times of all
forms on a grid of layers by `benchmarks/forms.py --fit`. Only their ratios matter to a choice.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Any, TypeAlias

Count: TypeAlias = Any
"""An int, or an expression of the batch."""

CACHE = 500_000
"""The most numbers that stay in the second-level cache."""


@dataclass(frozen=True)
class Work:
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

    def __add__(self, other: Work) -> Work:
        return Work(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def holding(self, numbers: Count) -> Work:
        """The same work with so many numbers in use."""
        return replace(self, held=numbers)


def product(count: Count, rows: Count, inner: Count, columns: Count) -> Work:
    """So many products of a matrix (rows, inner) with one (inner, columns)."""
    return Work(products=count, multiplications=count * rows * inner * columns)


def copy(numbers: Count, run: Count) -> Work:
    """So many numbers copied, in runs of that length."""
    return Work(copied=numbers, runs=numbers / run)


NANOSECONDS = Work(
    calls=466, products=165, multiplications=0.00993, copied=0.444, runs=0.399, fetched=0.459
)
"""The time of each thing that is counted."""

FAR = 0.203
"""Nanoseconds more for a number that does not come from the cache."""


def counted(work: Work) -> tuple[float, ...]:
    """What the time is a weighted sum of: the counts, and the numbers from beyond the cache."""
    *counts, held = astuple(work)
    far = work.copied + work.fetched if held > CACHE else 0
    return (*(float(n) for n in counts), float(far))


def microseconds(work: Work) -> float:
    """About how long work takes, its counts being numbers."""
    weights = (*astuple(NANOSECONDS)[:-1], FAR)
    return sum(n * w for n, w in zip(counted(work), weights, strict=True)) / 1000
