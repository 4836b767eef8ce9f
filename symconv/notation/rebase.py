"""Index origin: inside, every index starts at 0; a notation that starts at 1 is this transform."""

from __future__ import annotations

from typing import cast

from sympy import Expr, Integer, KroneckerDelta, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box, LogSumExp, MaxOver, OneHot


def is_index(symbol: Expr) -> bool:
    """Whether a symbol is an index: an integer of unknown sign (sizes are known to be positive)."""
    return bool(symbol.is_Symbol and symbol.is_integer) and symbol.is_nonnegative is None


def rebase(expression: Expr, base: int) -> Expr:
    """The same formula in indices that start at `base`: v -> v - base, positions and limits + base.

    A tensor entry x[e(v)] becomes x[e(v - base) + base], and sum_{v=0}^{n-1} becomes
    sum_{v=base}^{n-1+base}. A `Box` keeps its extent, and is read as [base <= e < base + extent].
    """
    return expression if base == 0 else _rebased(expression, Integer(base))


def _rebased(e: Expr, base: Integer) -> Expr:  # noqa: PLR0911 - one line for every kind of node
    if isinstance(e, Symbol):
        return e - base if is_index(e) else e
    if isinstance(e, Indexed):
        return Indexed(e.base, *(_rebased(place, base) + base for place in e.indices))
    if isinstance(e, KroneckerDelta):
        return KroneckerDelta(*(_rebased(cast("Expr", place), base) + base for place in e.args))
    if isinstance(e, Box):
        return Box(_rebased(e.place, base) + base, e.extent)
    if isinstance(e, OneHot):
        return OneHot(
            _rebased(e.maximum, base), *(_rebased(place, base) + base for place in e.position)
        )
    if isinstance(e, Sum | MaxOver | LogSumExp):
        limits = [(v, *(_rebased(end, base) + base for end in ends)) for v, *ends in e.limits]
        return type(e)(_rebased(e.function, base), *limits)
    return e.func(*(_rebased(cast("Expr", a), base) for a in e.args)) if e.args else e
