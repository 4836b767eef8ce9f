"""What the index language cannot say soundly is refused when a network is built.

A tensor is absent beyond its border. Under a sum absent means 0 and under a maximum or log-sum-exp
it means minus infinity, so that a formula around an absent entry, such as `2*x[i + m]` or
`w[m]*x[i + m]`, would have two meanings there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Sum
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.core.equation import Equation, Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver

from .empty_windows import refuse_empty_windows
from .overwriting import refuse_overwriting

Reducer = MaxOver | LogSumExp


def refuse_unsound(equation: Equation) -> None:
    """Unsupported where an entry may be written twice, or absent where a maximum needs it."""
    refuse_overwriting(equation)
    for reducer, around in _reducers(equation.rhs, equation.ranges):
        refuse_empty_windows(reducer, around)
        if isinstance(reducer.function, Indexed):
            continue
        ranges = (*around, *_bound(reducer))
        for access, inside in _bare(reducer.function, ranges):
            if not _present(access, inside):
                raise _refusal(reducer, access)


def _reducers(e: Basic, around: Ranges) -> Iterator[tuple[Reducer, Ranges]]:
    """Every reducer of a formula with the ranges of the indices around it."""
    if isinstance(e, Reducer):
        yield e, around
    inner = (*around, *_bound(e)) if isinstance(e, Sum | MaxOver | LogSumExp) else around
    for a in e.args:
        yield from _reducers(a, inner)


def _bound(e: Sum | Reducer) -> Ranges:
    """What a binder binds; every range starts at 0."""
    return tuple((v, high + 1) for v, _, high in e.limits)


def _bare(e: Basic, ranges: Ranges) -> Iterator[tuple[Indexed, Ranges]]:
    """The entries that stand in a formula outside of every sum and of every other reducer."""
    if isinstance(e, Indexed):
        yield e, ranges
    elif not isinstance(e, Sum | MaxOver | LogSumExp | Box | Equals):
        for a in e.args:
            yield from _bare(a, ranges)


def _present(access: Indexed, ranges: Ranges) -> bool:
    pairs = zip(access.indices, access.base.shape, strict=True)
    return all(always_inside(place, extent, ranges) for place, extent in pairs)


def _refusal(reducer: Reducer, access: Indexed) -> Unsupported:
    name, rest = str(access.base.label), ", ".join(map(str, access.indices))
    word = "maximum" if isinstance(reducer, MaxOver) else "log-sum-exp"
    return Unsupported(
        f"{name}[{rest}] may lie beyond the border of {name}, where it would count as minus "
        f"infinity, but it is only a part of what the {word} is taken of",
        help=f"let it be the whole body of the {word} (name the rest as a value of its own "
        "before), or let its indices run inside the tensor only",
    )
