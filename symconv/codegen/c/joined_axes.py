"""Loops that run side by side as one: `for k < 32*6*28*28` in the place of four.

A short loop inside of others is no work for a vector: rows of 4 entries fill none, 1024 entries do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from sympy import Dummy, IndexedBase, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.tensor import key_of

from .model.sized_program import SizedTensor

Arrays = Mapping[str, SizedTensor]


def join_axes(e: Equation, arrays: Arrays) -> tuple[Equation, Arrays]:
    """An equation and its arrays with one index where two run over whole axes side by side.

    The entries stay where they are in memory: only the shape that they are seen in is another.
    """
    return _join_pairs(*_drop_units(e, arrays))


def _join_pairs(e: Equation, arrays: Arrays) -> tuple[Equation, Arrays]:
    for (v, _), (w, _) in pairwise(e.ranges):
        places = _find_places(e, v, w, arrays)
        if places is not None:
            return _join_pairs(*_join(e, v, w, places, arrays))
    return e, arrays


def _find_places(e: Equation, v: Symbol, w: Symbol, arrays: Arrays) -> dict[str, int] | None:
    """The axis of every array where v stands, and w behind it; None where they do not allow it."""
    extents, found = dict(e.ranges), dict[str, int]()
    accesses = {e.lhs, *e.rhs.atoms(Indexed)}
    rest = e.rhs.xreplace({a: Dummy() for a in accesses})
    if {v, w} & rest.free_symbols:
        return None
    for access in accesses:
        if not {v, w} & access.free_symbols:
            continue
        indices, key = access.indices, key_of(access)
        k = indices.index(v) if v in indices else -1
        if k < 0 or indices[k : k + 2] != (v, w):
            return None
        if any({v, w} & i.free_symbols for i in (*indices[:k], *indices[k + 2 :])):
            return None
        whole = arrays[key].shape[k : k + 2] == (int(extents[v]), int(extents[w]))
        if not whole or found.get(key, k) != k:
            return None
        found[key] = k
    # An array that is seen in one shape here has to be seen in it everywhere.
    free = (key_of(a) for a in accesses if not {v, w} & a.free_symbols)
    return None if set(found) & set(free) else found


def _join(
    e: Equation, v: Symbol, w: Symbol, places: Mapping[str, int], arrays: Arrays
) -> tuple[Equation, Arrays]:
    """The equation with w for both."""
    made = dict(arrays)
    for key, k in places.items():
        shape = arrays[key].shape
        merged = (*shape[:k], shape[k] * shape[k + 1], *shape[k + 2 :])
        made[key] = replace(arrays[key], shape=merged)
    extents = dict(e.ranges)
    ranges = tuple((u, extents[v] * n if u == w else n) for u, n in e.ranges if u != v)
    return _leave_out(replace(e, ranges=ranges), {k: {n} for k, n in places.items()}, made), made


def _drop_units(e: Equation, arrays: Arrays) -> tuple[Equation, Arrays]:
    """The equation without axes of one entry, of which the entry 0 is meant; one axis is left."""
    places = dict[str, set[int]]()
    for access in (e.lhs, *e.rhs.atoms(Indexed)):
        shape = arrays[key_of(access)].shape
        units = {k for k, n in enumerate(shape) if n == 1 and access.indices[k] == 0}
        places[key_of(access)] = units & places.get(key_of(access), units)
    made = dict(arrays)
    for key, units in places.items():
        shape = arrays[key].shape
        if len(units) == len(shape):
            units.discard(0)
        rest = tuple(n for k, n in enumerate(shape) if k not in units)
        made[key] = replace(arrays[key], shape=rest)
    return _leave_out(e, {k: units for k, units in places.items() if units}, made), made


def _leave_out(e: Equation, places: Mapping[str, set[int]], arrays: Arrays) -> Equation:
    """The equation without the indices at the axes of `places`, in the new shapes of the arrays."""

    def reduce(access: Indexed) -> Indexed:
        key = key_of(access)
        indices = [i for k, i in enumerate(access.indices) if k not in places[key]]
        return IndexedBase(key, shape=arrays[key].shape)[tuple(indices)]

    accesses = (a for a in (e.lhs, *e.rhs.atoms(Indexed)) if key_of(a) in places)
    new = {a: reduce(a) for a in accesses}
    return replace(e, lhs=new.get(e.lhs, e.lhs), rhs=e.rhs.xreplace(new))
