"""The order of index letters in a sum such as s i + d m - p: outputs before places in a window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sympy import Basic, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation

from .index_letters import is_index

IndexOrder = Mapping[str, int]
"""0 for a letter that counts outputs, 2 for one that counts places in a window, 1 for both."""

KERNEL = "mnkl"
"""The letters of places in a window where no network says what a letter counts."""


def index_order(equations: Iterable[Equation]) -> dict[str, int]:
    """What letters count, read off the forward equations.

    Where indices are added up to one place, those that a sum or a maximum runs over move inside a
    window, and the others count outputs.
    """
    found = [pair for e in equations for pair in _find_index_sums(e.rhs, frozenset())]
    outputs = {name for name, inside in found if not inside}
    kernel = {name for name, inside in found if inside}
    return {name: (name not in outputs) + (name in kernel) for name in outputs | kernel}


def index_rank(name: str, order: IndexOrder) -> int:
    """The place of an index in a sum; a primed index counts what the plain one does."""
    return order.get(name.rstrip("'"), 2 if name[0] in KERNEL else 0)


def _find_index_sums(e: Basic, bound: frozenset[Symbol]) -> Iterator[tuple[str, bool]]:
    """The indices that are added to others, and whether something runs over them."""
    if isinstance(e, ExprWithLimits):
        bound |= frozenset(e.variables)
    if isinstance(e, Indexed):
        for place in e.indices:
            indices = [s for s in place.free_symbols if isinstance(s, Symbol) and is_index(s)]
            yield from ((s.name, s in bound) for s in indices if len(indices) > 1)
        return
    for part in e.args:
        yield from _find_index_sums(part, bound)
