"""How much there is to compute, counted before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from types import MappingProxyType

from sympy import Basic, Expr, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges
from symconv.core.errors import SymconvError
from symconv.core.nodes import LogSumExp, MaxOver, Partial
from symconv.core.tensor import Tensor, key_of

from .index_arithmetic import FORMULAS, Place, Sizes, as_integer
from .node_compiler import Writers

SCALARS = 200_000
"""The most entries that tensors of one run may have together."""

TERMS = 20_000_000
"""The most terms that one run may add up."""


def count_entries(tensor: Tensor, sizes: Sizes) -> int:
    """The number of entries of a tensor."""
    return prod(as_integer(n, sizes) for n in tensor.shape)


def list_places(tensor: Tensor, sizes: Sizes) -> list[Place]:
    """Every index of a tensor in row-major order."""
    return list(product(*(range(as_integer(n, sizes)) for n in tensor.shape)))


def count_range_values(ranges: Ranges, sizes: Sizes) -> int:
    """The number of values that free indices take together."""
    return prod(max(0, as_integer(n, sizes)) for _, n in ranges)


NO_EQUATIONS: Writers = MappingProxyType({})
EACH_ONE: Mapping[str, int] = MappingProxyType({})


def count_terms(
    e: Basic,
    sizes: Sizes,
    equations: Writers = NO_EQUATIONS,
    weights: Mapping[str, int] = EACH_ONE,
) -> int:
    """The number of leaves that evaluating a formula once visits, when no zero cuts it short.

    `equations` (by what they compute) are evaluated for the derivative of an entry. An entry of a
    tensor counts as many leaves as `weights` has for its key, else 1.
    """
    if isinstance(e, Sum | MaxOver | LogSumExp):
        return _count_iterations(e, sizes) * count_terms(e.function, sizes, equations, weights)
    if isinstance(e, Partial) and isinstance(e.of, Indexed):
        computed = equations.get(key_of(e.of), ())
        return max((count_terms(q.rhs, sizes, equations) for q in computed), default=1)
    if isinstance(e, Indexed):
        return weights.get(key_of(e), 1)
    return sum(count_terms(a, sizes, equations, weights) for a in e.args) if e.args else 1


def _count_iterations(e: Sum | MaxOver | LogSumExp, sizes: Sizes) -> int:
    """The number of turns of the loops that a binder stands for."""
    bound = set(e.variables)
    spans = [
        (low, high)
        for _, low, high in e.limits
        if not (low.free_symbols | high.free_symbols) & bound
    ]
    if len(spans) < len(e.limits):
        # Limits that depend on one another are not counted: the most that is allowed stands for
        # them.
        return TERMS
    return prod(max(0, as_integer(high - low + 1, sizes)) for low, high in spans)


@lru_cache(maxsize=FORMULAS)
def _count_all(e: Expr, sizes: frozenset[tuple[Symbol, int]]) -> int:
    """`count_terms` of a right side, counted once for the sizes: a program is run in many draws."""
    return count_terms(e, dict(sizes))


def check_limit(
    program: Program, computed: Sequence[Equation], read: Sequence[Tensor], sizes: Sizes, limit: int
) -> None:
    """Refuse what is too large to evaluate entry by entry."""
    keys = {e.key for e in computed} | {t.key for t in read}
    scalars = sum(count_entries(program.tensor(k), sizes) for k in sorted(keys))
    known = frozenset(sizes.items())
    work = sum(count_range_values(e.ranges, sizes) * _count_all(e.rhs, known) for e in computed)
    help_line = "take smaller sizes, or ask for fewer tensors"
    if scalars > limit:
        raise SymconvError(
            f"{scalars:,} scalars are more than the {limit:,} that are evaluated one by one",
            help=help_line,
        )
    if work > TERMS:
        raise SymconvError(
            f"{work:,} terms are more than the {TERMS:,} that are added one by one", help=help_line
        )
