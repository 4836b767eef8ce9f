"""Entries of tensors: where they stand, whether they are there, and which of them were read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from .json_tree import JsonTree, json_form_error
from .scalars import Number, TapeNumber, primal_value, raise_power

MOST_TURNS = 10_000
"""The most values of one bound index: in a file from elsewhere a limit may be any number.

The work that all loops do together is counted as well; this refuses a list before it is made.
"""

Place = tuple[int, ...]
Whole = int | Fraction
Environment = Mapping[str, Whole]


def index_value(tree: JsonTree, at: Environment) -> Whole:
    """The value of an index, an extent or an exponent."""
    match tree.op:
        case "number":
            assert not isinstance(tree.leaf, str)
            return tree.leaf
        case "symbol":
            if tree.leaf not in at:
                raise json_form_error(f"the symbol {tree.leaf!a} is neither an index nor a size")
            return at[str(tree.leaf)]
        case "Add":
            return sum([index_value(a, at) for a in tree.args])
        case "Mul":
            return math.prod([index_value(a, at) for a in tree.args])
        case "Pow":
            return Fraction(
                raise_power(index_value(tree.args[0], at), Fraction(index_value(tree.args[1], at)))
            )
    raise json_form_error(f"'{tree.op}' inside an index")


def iterate_indices(limits: Sequence[JsonTree], at: Environment) -> Iterator[Environment]:
    """The environments that limits run over, the first one outermost."""
    spans = [index_range(limit, at) for limit in limits]
    names = [str(limit.args[0].leaf) for limit in limits]
    for values in product(*spans):
        yield {**at, **dict(zip(names, values, strict=True))}


def index_range(limit: JsonTree, at: Environment) -> range:
    """The values of one bound index."""
    low, high = (index_value(end, at) for end in limit.args[1:])
    if low.denominator != 1 or high.denominator != 1 or high - low > MOST_TURNS:
        raise json_form_error("a sum whose limits are no small integers")
    return range(int(low), int(high) + 1)


@dataclass(frozen=True)
class TensorEntries:
    """The shapes of tensors and where their entries come from; what is read is put on `watched`."""

    shapes: Mapping[str, Place]
    entry: Callable[[str, Place], Number]
    watched: dict[tuple[str, Place], TapeNumber] | None = None

    def place(self, e: JsonTree, at: Environment) -> Place | None:
        """Where an entry stands; None where it is absent."""
        key = str(e.leaf)
        if key not in self.shapes or len(self.shapes[key]) != len(e.args):
            raise json_form_error(f"an entry of {key!a}, which has no such shape")
        place = [index_value(a, at) for a in e.args]
        inside = (
            p.denominator == 1 and 0 <= p < n for p, n in zip(place, self.shapes[key], strict=True)
        )
        return tuple(int(p) for p in place) if all(inside) else None

    def read(self, e: JsonTree, at: Environment) -> Number | None:
        """An entry; None where it is absent. A derivative watches what is read."""
        place = self.place(e, at)
        if place is None:
            return None
        x = self.entry(str(e.leaf), place)
        if self.watched is None:
            return x
        return self.watched.setdefault((str(e.leaf), place), TapeNumber(primal_value(x)))
