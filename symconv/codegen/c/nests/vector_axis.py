"""The index whose neighbours lie side by side in one vector, and how the operands lie for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

from sympy import Symbol

from symconv.codegen.c.model.index_form import PlaceForm
from symconv.codegen.c.model.sized_program import LARGEST

from .accesses import ArrayAccess
from .nest import Nest
from .packing import Packing, halo

MOST_TAPS = 7
"""The largest extent of an inner index that is written out: 7 x 7 taps of a tile fill the cache of
instructions, and no kernel of the benchmarks is wider."""

MOST_COPIED = 8
"""How many times larger than its array a copy may be: beyond that a halo is mostly zeros."""


@dataclass(frozen=True)
class VectorAxis:
    """`index` runs along the lanes; `dot` says that it is summed: the lanes are added at the end.

    `extent` is how far it runs within one phase, `packings` how the operands lie; `whole` are
    outer indices that a tile must hold from end to end, as planes are chosen by them; `alone` says
    that the index is all that stands on its axes.
    """

    index: Symbol
    dot: bool
    extent: int
    packings: tuple[Packing, ...]
    whole: frozenset[Symbol]
    alone: bool = False

    def fills_rows(self, nest: Nest) -> bool:
        """Whether all operands that it runs along are copied, so that rows may be longer."""
        pairs = zip(nest.operands, self.packings, strict=True)
        return all(p.copied for a, p in pairs if a.uses(self.index))


def find_phases(nest: Nest) -> dict[Symbol, int]:
    """Outer indices that stand under a fraction, with its denominator: 2 for (i - m)/2."""
    found: dict[Symbol, int] = {}
    for form in (f for a in nest.operands for f in a.forms):
        for v, c in form.terms:
            if v in nest.outer and c % form.divisor:
                found[v] = max(found.get(v, 1), form.divisor)
    return found


def find_taps(nest: Nest) -> tuple[Symbol, ...]:
    """Inner indices of small extent that share a place with another index: they are unrolled."""
    return tuple(
        v
        for v, n in nest.inner.items()
        if n <= MOST_TAPS
        and any(len(f.terms) > 1 and v in dict(f.terms) for a in nest.operands for f in a.forms)
    )


def list_taps(nest: Nest) -> list[tuple[Symbol, ...]]:
    """Which taps may be written out: all of them, fewer, or those alone that have to be.

    A tap has to be where it decides, at a stride, which plane or which phase an entry is in.
    """
    taps = find_taps(nest)
    forms = [f for a in nest.operands for f in a.forms]
    strided = [
        f for f in forms if f.divisor > 1 or min(abs(c) for _, c in f.terms or ((0, 1),)) > 1
    ]
    strided += [f for f in forms if any(abs(c) > 1 for u, c in f.terms if u not in taps)]
    kept = tuple(u for u in taps if any(u in dict(f.terms) for f in strided))
    free = [u for u in taps if u not in kept]
    return [tuple(u for u in taps if u in kept or u in free[n:]) for n in range(len(free) + 1)]


def find_samples(nest: Nest, packings: tuple[Packing, ...]) -> tuple[Symbol, ...]:
    """The indices of the first axes of an operand that is copied: it is copied bit by bit.

    One sample of images is copied at a time, say. A further index has to stand in every operand and
    in what is written, as channels do that are convolved each on its own: nothing that was copied
    for one of its values is used for another.
    """
    copied = [a for a, p in zip(nest.operands, packings, strict=True) if p.copied]
    for access in sorted(copied, key=lambda a: -prod(a.shape)):
        found: list[Symbol] = []
        for form in access.forms[:-2]:
            ((v, c),) = form.terms if len(form.terms) == 1 else ((None, 0),)
            if v is None or c != 1 or form.constant or form.divisor != 1:
                break
            if found and not all(a.uses(v) for a in (*nest.operands, nest.target)):
                break
            if v not in nest.inner and not nest.target.uses(v):
                break
            found.append(v)
        samples = tuple(found)
        if samples and all(
            count_leading(a, samples) or not any(map(a.uses, samples)) for a in copied
        ):
            return samples
    return ()


def choose_samples(nest: Nest, axis: VectorAxis, *, keeps: bool) -> tuple[Symbol, ...]:
    """The indices that are copied one by one; along a sum where sums are kept meanwhile."""
    found = []
    for u in find_samples(nest, axis.packings):
        if u == axis.index or (u in nest.inner and not keeps):
            break
        found.append(u)
    return tuple(found)


def count_leading(access: ArrayAccess, samples: tuple[Symbol, ...]) -> int:
    """How many of the samples stand alone on the first axes of an operand, in their order."""
    count = 0
    for v, form in zip(samples, access.forms, strict=False):
        if form.terms != ((v, 1),) or form.constant or form.divisor != 1:
            break
        if any(v in dict(f.terms) for f in access.forms[count + 1 :]):
            break
        count += 1
    return count


def list_vector_axes(nest: Nest, lanes: int) -> Iterator[VectorAxis]:
    """Every index that can run along vectors of so many lanes."""
    phases, taps = find_phases(nest), find_taps(nest)
    for v, n in nest.extents.items():
        extent = n // phases.get(v, 1)
        dot = v in nest.inner
        if v in taps or extent < (lanes if not dot else lanes // 2):
            continue
        whole: set[Symbol] = set()
        packings = []
        for access in nest.operands:
            made = _pack(nest, access, v, phases.get(v, 1), taps, whole, extent, lanes)
            if made is None:
                break
            packings.append(made)
        else:
            lone = PlaceForm(((v, 1),), 0)
            used = (f for a in nest.operands for f in a.forms if v in dict(f.terms))
            alone = not dot and all(f == lone for f in used)
            yield VectorAxis(v, dot, extent, tuple(packings), frozenset(whole), alone)
            if alone and not all(p.copied for p in packings):
                # Panels of the operands, which the tiles go along, each a copy.
                copied = tuple(
                    replace(p, copied=True) if a.uses(v) else p
                    for a, p in zip(nest.operands, packings, strict=True)
                )
                if copied != tuple(packings):
                    yield VectorAxis(v, dot, extent, copied, frozenset(whole), alone)


def _pack(  # noqa: PLR0913, PLR0917 - what a layout depends on
    nest: Nest,
    access: ArrayAccess,
    v: Symbol,
    phase: int,
    taps: tuple[Symbol, ...],
    whole: set[Symbol],
    extent: int,
    lanes: int,
) -> Packing | None:
    """The layout of an operand for vectors along v; None where they cannot be loaded."""
    low, high = halo(access, nest.extents)
    axes = tuple(range(len(access.shape)))
    if not access.uses(v):
        copied = any((*low, *high))
        made = Packing(access.shape, axes, low, high, copied=copied)
        return made if not copied or _is_affordable(made, access) else None
    places = [k for k, f in enumerate(access.forms) if v in dict(f.terms)]
    form = access.forms[places[0]]
    step, rest = divmod(dict(form.terms)[v] * phase, form.divisor)
    if len(places) != 1 or rest or step < 1:
        return None
    if step > 1 and not _chooses_planes(nest, form.terms, v, step, taps, whole):
        return None
    order = (*(a for a in axes if a != places[0]), places[0])
    slack = -extent % lanes if v in nest.inner else 0
    full = low[order[-1]] + access.shape[order[-1]] + high[order[-1]]
    least = -(-full // step) + slack if slack else 0
    pitch = lanes if full >= 2 * lanes * step else 1
    copied = bool(any((*low, *high)) or step > 1 or order != axes or slack)
    made = Packing(
        access.shape, order, low, high, step, pitch if copied else 1, least, copied=copied
    )
    return made if not copied or _is_affordable(made, access) else None


def _chooses_planes(  # noqa: PLR0913, PLR0917 - what the choice depends on
    nest: Nest,
    terms: tuple[tuple[Symbol, int], ...],
    v: Symbol,
    step: int,
    taps: tuple[Symbol, ...],
    whole: set[Symbol],
) -> bool:
    """Whether the plane of an entry is known where the code is written: by taps, or by a tile."""
    for w, c in terms:
        if w in {v, *taps} or c % step == 0:
            continue
        if w not in nest.outer or nest.outer[w] > MOST_TAPS:
            return False
        whole.add(w)
    return True


def _is_affordable(packing: Packing, access: ArrayAccess) -> bool:
    size = 1
    for n in access.shape:
        size *= n
    # Places in a copy are counted by an int, as those in an array are.
    return packing.total <= min(MOST_COPIED * size + 4096, LARGEST)


def extents_of(
    nest: Nest, phases: Mapping[Symbol, int], rest: Mapping[Symbol, int]
) -> dict[Symbol, int]:
    """How far the outer indices run within one phase."""
    return {v: -(-(n - rest.get(v, 0)) // phases.get(v, 1)) for v, n in nest.outer.items()}
