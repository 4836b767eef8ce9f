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
    for (v, _), (w, _) in pairwise(e.ranges):
        places = _find_places(e, v, w, arrays)
        if places is not None:
            return join_axes(*_join(e, v, w, places, arrays))
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

    def join(access: Indexed) -> Indexed:
        k, key = places[key_of(access)], key_of(access)
        indices = (*access.indices[:k], *access.indices[k + 1 :])
        return IndexedBase(key, shape=made[key].shape)[indices]

    accesses = [a for a in (e.lhs, *e.rhs.atoms(Indexed)) if key_of(a) in places]
    new = {a: join(a) for a in accesses}
    extents = dict(e.ranges)
    ranges = tuple((u, extents[v] * n if u == w else n) for u, n in e.ranges if u != v)
    lhs = new[e.lhs]
    return replace(e, lhs=lhs, rhs=e.rhs.xreplace(new), ranges=ranges), made
