"""The parts of long scalar formulas that get a name of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator

from .scalar_program import ONE, Compound, Product, Sum

SHORTEST = 12
"""The fewest characters of a part that is worth a name. A name such as `part_3` has six itself and
takes a line: with a smaller number parts are named that are no longer than their names, with a
larger one formulas stay long that a name would shorten."""


def best_subexpression(
    value: Sum, named: Container[Compound], text: Callable[[Compound], str]
) -> Compound | None:
    """The part whose name shortens a formula most; None where no part is long."""
    found = Counter(
        p for p in _unnamed_subexpressions(value, named) if (Product(ONE, (p,)),) != value
    )
    gains = {p: (len(text(p)) - SHORTEST) * times for p, times in found.items()}
    # Of equal gains the first is taken, the outermost: the text is the same at every run.
    best = max(gains, key=gains.__getitem__, default=None)
    return best if best is not None and gains[best] > 0 else None


def subexpression_value(part: Compound) -> Sum:
    """What the name of a part stands for: the sum in its brackets, or its function."""
    return part.of if part.function == "sum" else (Product(ONE, (part,)),)


def argument_of(part: Compound) -> Compound:
    """What a function is taken of, as a part."""
    return Compound("sum", part.of)


def _unnamed_subexpressions(value: Sum, named: Container[Compound]) -> Iterator[Compound]:
    """The functions and the sums in a formula that have no name yet, from outside inwards."""
    for factor in (f for p in value for f in p.factors):
        if isinstance(factor, Compound) and factor not in named:
            # A step is no number but a condition: see `ScalarPrinter.product`.
            if factor.function != "step":
                yield factor
            inside = argument_of(factor)
            if inside not in named:
                if factor.function != "sum":
                    yield inside
                yield from _unnamed_subexpressions(factor.of, named)


def count_operators(value: Sum) -> int:
    """How many operators of the weakest kind the text of a formula has."""
    if len(value) > 1:
        return len(value) - 1
    above, below = value[0].coefficient.as_integer_ratio()
    return max(len(value[0].factors) + (abs(above) != 1) - 1, 0) + (below != 1)
