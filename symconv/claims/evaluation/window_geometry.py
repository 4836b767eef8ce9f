"""The windows of a network: how far an index goes that is added to another one, as in x_{i+m}."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation
from symconv.core.nodes import LogSumExp, MaxOver
from symconv.semantics.places import whole


@dataclass(frozen=True)
class Window:
    """So many entries along one axis; `plain` says that the first one is at the place itself."""

    extent: int
    plain: bool


def windows_of(facts: Facts, key: str, axis: int, *, signal: bool) -> set[Window]:
    """The windows that a tensor is looked at through along an axis.

    A value is read through those of the next layers, or else it was computed through those of its
    own; an error signal is sent back through its own.
    """
    own = [e for e in facts.forward.equations if e.key == key]
    reads = [e for e in facts.forward.equations if key in _read(e)]
    made = _found(facts, ((e, e.lhs.indices[axis]) for e in own))
    if signal:
        return made
    return _found(facts, ((e, p) for e in reads for p in _places(e, key, axis))) or made


def all_windows(facts: Facts) -> set[Window]:
    """The windows of all layers."""
    return _found(
        facts, ((e, p) for e in facts.forward.equations for a in _accesses(e) for p in a.indices)
    )


def _found(facts: Facts, places: Iterable[tuple[Equation, Expr]]) -> set[Window]:
    return {w for e, place in places for w in _through(facts, e, place)}


def _through(facts: Facts, e: Equation, place: Expr) -> Iterator[Window]:
    """The windows of a place: what is summed over and added to an index that the place has."""
    extents = _bound(e, facts)
    free = {v for v, _ in e.ranges}
    for access in _accesses(e):
        for other in access.indices:
            moved, still = other.free_symbols & extents.keys(), other.free_symbols & free
            if len(moved) == 1 and still and place.free_symbols & (still | moved):
                (index,) = moved
                rest = other.xreplace(dict.fromkeys(moved | still, Integer(0)))
                yield Window(extents[index], not whole(rest, facts.size_map))


def _bound(e: Equation, facts: Facts) -> dict[Symbol, int]:
    """The indices that are summed or maximised over, and how many values they have."""
    return {
        v: whole(high - low + 1, facts.size_map)
        for node in e.rhs.atoms(Sum, MaxOver, LogSumExp)
        for v, low, high in node.limits
    }


def _accesses(e: Equation) -> list[Indexed]:
    return sorted(e.rhs.atoms(Indexed), key=str)


def _read(e: Equation) -> set[str]:
    return {str(a.base.label) for a in _accesses(e)}


def _places(e: Equation, key: str, axis: int) -> Iterator[Expr]:
    return (a.indices[axis] for a in _accesses(e) if str(a.base.label) == key)
