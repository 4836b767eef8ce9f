"""The order in which sums and products are computed, so that what is 0 is found out early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .tree import Tree

BRACKETS = {"KroneckerDelta", "Box", "Equals"}


@dataclass(frozen=True)
class Loops:
    """A sum as loops, outermost first: the brackets that each index decides, and what is left."""

    bound: tuple[str, ...]
    limits: tuple[Tree, ...]
    tests: tuple[tuple[Tree, ...], ...]
    body: tuple[Tree, ...]


def loops_of(e: Tree) -> Loops:
    """A sum with every bracket of its body at the first loop where its indices are known."""
    body, limits = e.args[0], e.args[:0:-1]
    bound = tuple(str(limit.args[0].leaf) for limit in limits)
    tests: list[list[Tree]] = [[] for _ in bound]
    rest: list[Tree] = []
    for f in body.args if body.op == "Mul" else (body,):
        inside = {p.leaf for p in f.parts() if p.op == "symbol"} if f.op in BRACKETS else set()
        depth = max((n for n, v in enumerate(bound) if v in inside), default=-1)
        (tests[depth] if depth >= 0 else rest).append(f)
    return Loops(bound, limits, tuple(map(tuple, tests)), tuple(rest))


def ordered(factors: Sequence[Tree]) -> list[Tree]:
    """Brackets first, then entries; powers, which may have no value, last."""
    return sorted(factors, key=_rank)


def _rank(e: Tree) -> int:
    order = {"KroneckerDelta": 0, "Box": 0, "Equals": 0, "OneHot": 1, "entry": 1, "Pow": 3}
    return order.get(e.op, 2)
