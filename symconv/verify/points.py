"""At which index values two formulas are compared: at all of them wherever that is affordable."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

from sympy import Expr

from symconv.core.equation import Equation, Ranges
from symconv.semantics.places import Place, Sizes, whole
from symconv.semantics.work import extent, terms

BUDGET = 2_000_000
"""How many leaves of formulas one comparison may visit."""

FEWEST = 3
"""How many index values are compared at least."""


def work(
    formulas: Sequence[Expr], ranges: Ranges, sizes: Sizes, equations: Sequence[Equation]
) -> int:
    """The leaves to visit when all formulas are evaluated at every index value."""
    return extent(ranges, sizes) * sum(terms(e, sizes, equations) for e in formulas)


def points(
    formulas: Sequence[Expr], ranges: Ranges, sizes: Sizes, equations: Sequence[Equation], seed: int
) -> list[Place]:
    """All index values; where that is too much work, the corners and a random choice."""
    spans = [range(whole(n, sizes)) for _, n in ranges]
    total, effort = extent(ranges, sizes), work(formulas, ranges, sizes, equations)
    if effort <= BUDGET:
        return list(product(*spans))
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    count = min(total, max(FEWEST, BUDGET * total // effort))
    corners = list(product(*({s[0], s[-1]} for s in spans)))[: count // 2]
    chosen = {tuple(random.choice(s) for s in spans) for _ in range(count - len(corners))}
    return sorted({*corners, *chosen})
