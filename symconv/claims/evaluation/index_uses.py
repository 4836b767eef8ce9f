"""Where an index of a formula is used: axes, windows, and the values that stay in range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod
from typing import TYPE_CHECKING

from sympy import Expr, Integer, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext, Shape
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    Differential,
    FurtherAxes,
    Identifier,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import Equation
from symconv.core.nodes import LogSumExp, MaxOver
from symconv.core.tensor import key_of
from symconv.semantics.index_arithmetic import as_integer

from .index_expressions import Environment, evaluate_index, is_rounded, resolve_key

if TYPE_CHECKING:
    from .evaluator import Options


@dataclass(frozen=True)
class IndexWindow:
    """The extent of a window along one axis; `plain` says that it starts at the place itself."""

    extent: int
    plain: bool


def find_windows(context: NetworkContext, key: str, axis: int, *, signal: bool) -> set[IndexWindow]:
    """The windows through which an axis of a tensor is read.

    A value is read through those of the next layers, or else it was computed through those of its
    own; an error signal is sent back through its own.
    """
    own = [e for e in context.forward.equations if e.key == key]
    reads = [e for e in context.forward.equations if key in _keys_read(e)]
    made = _collect_windows(context, ((e, e.lhs.indices[axis]) for e in own))
    if signal:
        return made
    return (
        _collect_windows(context, ((e, p) for e in reads for p in _places_read(e, key, axis)))
        or made
    )


def find_all_windows(context: NetworkContext) -> set[IndexWindow]:
    """The windows of all layers."""
    return _collect_windows(
        context,
        ((e, p) for e in context.forward.equations for a in _accesses(e) for p in a.indices),
    )


def _collect_windows(
    context: NetworkContext, places: Iterable[tuple[Equation, Expr]]
) -> set[IndexWindow]:
    return {w for e, place in places for w in _windows_at(context, e, place)}


def _windows_at(context: NetworkContext, e: Equation, place: Expr) -> Iterator[IndexWindow]:
    """The windows of a place: what is summed over and added to an index that the place has."""
    extents = _bound_extents(e, context)
    free = {v for v, _ in e.ranges}
    for access in _accesses(e):
        for other in access.indices:
            moved, still = other.free_symbols & extents.keys(), other.free_symbols & free
            if len(moved) == 1 and still and place.free_symbols & (still | moved):
                (index,) = moved
                rest = other.xreplace(dict.fromkeys(moved | still, Integer(0)))
                yield IndexWindow(extents[index], not as_integer(rest, context.size_map))


def _bound_extents(e: Equation, context: NetworkContext) -> dict[Symbol, int]:
    """The indices that are summed or maximised over, and how many values they have."""
    return {
        v: as_integer(high - low + 1, context.size_map)
        for node in e.rhs.atoms(Sum, MaxOver, LogSumExp)
        for v, low, high in node.limits
    }


def _accesses(e: Equation) -> list[Indexed]:
    return sorted(e.rhs.atoms(Indexed), key=str)


def _keys_read(e: Equation) -> set[str]:
    return {key_of(a) for a in _accesses(e)}


def _places_read(e: Equation, key: str, axis: int) -> Iterator[Expr]:
    return (a.indices[axis] for a in _accesses(e) if key_of(a) == key)


@dataclass(frozen=True)
class IndexUse:
    """One index of an entry; `axis` is None where one number counts all entries.

    `signal` says that the entry is an error signal, dC/d(it).
    """

    key: str
    axis: int | None
    index: SyntaxNode
    extent: int
    longest: int
    signal: bool

    def others(self, name: str, context: NetworkContext) -> set[str]:
        """The other names in the index that are no sizes."""
        return _names(self.index) - {name} - set(context.size_names)

    def inside(
        self, name: str, env: Environment, context: NetworkContext, base: int
    ) -> range | None:
        """The values for which the entry exists; None where they are not known."""
        if is_rounded(self.index):
            return None
        # Three values tell whether the index is affine in the name: both differences are then the
        # slope.
        values = [evaluate_index(self.index, {**env, name: n}, context) for n in range(3)]
        if any(v is None for v in values):
            return None
        at, one, two = (Fraction(v) for v in values if v is not None)
        step = one - at
        if not step or two - one != step:
            return None
        ends = sorted(((base - at) / step, (base + self.extent - 1 - at) / step))
        return range(ceil(ends[0]), floor(ends[1]) + 1)


def find_index_uses(
    name: str, body: SyntaxNode, env: Environment, context: NetworkContext, options: Options
) -> list[IndexUse]:
    """The indices of entries in which a name appears."""
    return [
        use
        for entry, signal in _walk_references(body)
        for use in _uses_in_reference(
            entry, env, context, options, signal=signal or bool(entry.kind)
        )
        if name in _names(use.index)
    ]


def kernel_indices(parts: tuple[SyntaxNode, ...], context: NetworkContext) -> frozenset[str]:
    """The names that count an axis of a kernel somewhere: what they are added to is a place."""
    entries = (
        n for part in parts for n in part.walk() if isinstance(n, TensorReference) and n.indices
    )
    return frozenset(
        i.name
        for e in entries
        if e.letter in context.kernels
        for i in e.indices or ()
        if isinstance(i, Identifier)
    )


def intersect_ranges(ranges: list[range]) -> range:
    """What lies in all of some ranges."""
    first, last = max(r.start for r in ranges), min(r.stop for r in ranges)
    return range(first, max(first, last))


def _walk_references(node: SyntaxNode) -> Iterator[tuple[TensorReference, bool]]:
    """The entries of a formula, those below dC with the remark that they are error signals."""
    if isinstance(node, TensorReference):
        yield node, False
    elif isinstance(node, Differential):
        yield from _walk_references(node.of)
        yield node.by, isinstance(node.of, TensorReference) and node.of.indices is None
    else:
        for child in node.children():
            yield from _walk_references(child)


def _uses_in_reference(
    entry: TensorReference,
    env: Environment,
    context: NetworkContext,
    options: Options,
    *,
    signal: bool,
) -> Iterator[IndexUse]:
    if entry.indices is None or not (entry.kind or entry.letter in context.layers):
        return
    try:
        key = resolve_key(entry, env, context, options.delta)
    except ClaimError:
        return
    shape = context.shape(context.tensors[key])
    for (axis, extent), index in zip(_axes(entry, shape), entry.indices, strict=False):
        yield IndexUse(key, axis, index, extent, max(shape), signal)


def _axes(entry: TensorReference, shape: Shape) -> list[tuple[int | None, int]]:
    """The axes that the indices of an entry belong to, with their extents."""
    count = len(entry.indices or ())
    axes: list[tuple[int | None, int]] = [*enumerate(shape)]
    if entry.indices and isinstance(entry.indices[-1], FurtherAxes):
        return axes[: count - 1]
    if count == 1 and len(shape) != 1:
        return [(None, prod(shape))]
    return axes if count == len(shape) else [(n, extent) for n, extent in axes if extent != 1]


def _names(node: SyntaxNode) -> set[str]:
    return {n.name for n in node.walk() if isinstance(n, Identifier)}
