"""Maxima over small windows: one comparison of whole arrays for each place in the window."""

from __future__ import annotations

from sympy import Expr, S, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import LogSumExp, MaxOver

from .arithmetic import Both, Not, Test
from .builder import Workbench
from .labelled_array import Labelled, spread, transposed
from .leaves import Constant, Ref
from .program import Let, Loop, Raise, Store
from .views import At, Index


def in_windows(node: MaxOver | LogSumExp) -> bool:
    """Whether every bound index moves inside a window: it is added to another index."""
    body = node.function
    if not isinstance(node, MaxOver) or not isinstance(body, Indexed):
        return False
    return not set(node.variables) & set(body.indices)


def window_maximum(bench: Workbench, node: MaxOver, body: Labelled) -> Labelled:
    """The largest entry of each window, from -infinity upwards."""
    part = _part(body, node.variables)
    shape = tuple(bench.extents[v] for v in part.axes)
    lowest = Constant(shape, S.NegativeInfinity, bench.like(body.array))
    target = bench.define(lowest, bench.goal, "maximum")
    _loop(bench, node, (Raise(target, part.array),))
    return Labelled(target, part.axes)


def first_winners(bench: Workbench, node: MaxOver, body: Labelled) -> Labelled:
    """Truth values: where the first maximum of each window stands, its place in the last axes."""
    bound = node.variables
    part = _part(body, bound)
    top = spread(_known_value(bench, node) or window_maximum(bench, node, body), part.axes)
    shape = tuple(bench.extents[v] for v in part.axes)
    window = tuple(bench.extents[v] for v in bound)
    first = bench.define(Constant((*window, *shape), S.Zero, None), bench.goal, "first")
    free = bench.define(Constant(shape, S.One, None), bench.goal, "open")
    items = tuple(At(v) for v in bound)
    _loop(
        bench,
        node,
        (
            Store(first, items, Both(free, Test("==", part.array, top)), add=False),
            Let(free, Both(free, Not(Index(first, items)))),
        ),
    )
    return transposed(Labelled(first, (*bound, *part.axes)), (*part.axes, *bound))


def _part(body: Labelled, bound: tuple[Symbol, ...]) -> Labelled:
    """One entry of each window."""
    for v in bound:
        body = body.at(v)
    return body


def _loop(bench: Workbench, node: MaxOver, statements: tuple[Raise | Store | Let, ...]) -> None:
    ranges = tuple((v, bench.extents[v]) for v in node.variables)
    bench.statements.append(Loop(ranges, statements))


def _known_value(bench: Workbench, node: MaxOver) -> Labelled | None:
    """The value of the forward pass that holds this maximum, if there is one."""
    for equation in bench.known:
        found = equation.rhs
        if not isinstance(found, MaxOver) or len(found.variables) != len(node.variables):
            continue
        names = dict(zip(found.variables, node.variables, strict=True))
        same = found.function.xreplace(names) == node.function
        if same and found.xreplace(names).limits == node.limits and _plain(equation.lhs.indices):
            return Labelled(Ref(equation.key), equation.lhs.indices)
    return None


def _plain(places: tuple[Expr, ...]) -> bool:
    return all(isinstance(e, Symbol) for e in places) and len(set(places)) == len(places)
