"""The value of an index, and all the values that bound indices run over."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from .scalars import power
from .tree import Tree, refused

MOST_TURNS = 10_000
Place = tuple[int, ...]
Whole = int | Fraction
Environment = Mapping[str, Whole]


def index(tree: Tree, at: Environment) -> Whole:
    """The value of an index, an extent or an exponent."""
    match tree.op:
        case "number":
            assert not isinstance(tree.leaf, str)
            return tree.leaf
        case "symbol":
            if tree.leaf not in at:
                raise refused(f"the symbol {tree.leaf!a} is neither an index nor a size")
            return at[str(tree.leaf)]
        case "Add":
            return sum([index(a, at) for a in tree.args])
        case "Mul":
            return math.prod([index(a, at) for a in tree.args])
        case "Pow":
            return Fraction(power(index(tree.args[0], at), Fraction(index(tree.args[1], at))))
    raise refused(f"'{tree.op}' inside an index")


def turns(limits: Sequence[Tree], at: Environment) -> Iterator[Environment]:
    """The environments that limits run over, the first one outermost."""
    spans = [span(limit, at) for limit in limits]
    names = [str(limit.args[0].leaf) for limit in limits]
    for values in product(*spans):
        yield {**at, **dict(zip(names, values, strict=True))}


def span(limit: Tree, at: Environment) -> range:
    """The values of one bound index."""
    low, high = (index(end, at) for end in limit.args[1:])
    if low.denominator != 1 or high.denominator != 1 or high - low > MOST_TURNS:
        raise refused("a sum whose limits are no small integers")
    return range(int(low), int(high) + 1)
