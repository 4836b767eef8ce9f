"""Which nests correlate images with kernels, and what each of their indices is in that.

Three tensors take part, and one of them is computed from the other two: the image, whose places are
`place + dilation * tap - padding` along two axes; the kernel, which has the taps; and the places.
The gradient of an image is one of the places again, with the taps in the other direction: the
coefficient of a tap says so, and no layer is known by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sympy import Symbol

from symconv.codegen.c.model.index_form import PlaceForm
from symconv.codegen.c.nests.accesses import ArrayAccess
from symconv.codegen.c.nests.nest import Nest


@dataclass(frozen=True)
class WindowIndices:
    """One axis of the windows: an entry of the image is at `place + dilation * tap - padding`.

    `count` places and `taps` taps; where the taps are `flipped`, tap m is at `taps - 1 - m`.
    """

    place: Symbol
    tap: Symbol
    count: int
    taps: int
    dilation: int
    padding: int
    flipped: bool


@dataclass(frozen=True)
class CorrelatedNest:
    """A nest with what its tensors and its indices are.

    `batch` is in image and places (None where there is one sample), `channels` in image and kernel,
    `filters` in kernel and places. `nest.target` is either the places or the kernel.
    """

    nest: Nest
    image: ArrayAccess
    kernel: ArrayAccess
    places: ArrayAccess
    batch: Symbol | None
    channels: Symbol
    filters: Symbol
    rows: WindowIndices
    columns: WindowIndices

    @property
    def sums_places(self) -> bool:
        """Whether the kernel is computed, as a sum over all places."""
        return self.nest.target is self.kernel

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return 1 if self.batch is None else self.nest.extents[self.batch]


def find_windows(nest: Nest) -> CorrelatedNest | None:
    """The windowed product that a nest is; None where it is none that tiles can be made for."""
    if len(nest.operands) != 2:
        return None
    nest = _count_upwards(nest)
    roles = (
        (image, other, nest.target) if summed else (image, nest.target, other)
        for image, other in (nest.operands, nest.operands[::-1])
        for summed in (False, True)
    )
    return next(filter(None, (_read_roles(nest, *tensors) for tensors in roles)), None)


def _count_upwards(nest: Nest) -> Nest:
    """The nest with n - 1 - m for a summed m that an operand counts downwards on its own."""
    for v, n in nest.inner.items():
        if any(f == PlaceForm(((v, -1),), n - 1) for a in nest.operands for f in a.forms):
            turned = tuple(a.put(v, -1, n - 1) for a in nest.operands)
            nest = Nest(nest.target, turned, nest.bias, nest.outer, nest.inner)
    return nest


def _read_roles(
    nest: Nest, image: ArrayAccess, places: ArrayAccess, kernel: ArrayAccess
) -> CorrelatedNest | None:
    """The windowed product in which the tensors have these roles."""
    extents = nest.extents
    shared = [f for f in image.forms if len(f.terms) > 1]
    rest = [f for a in (image, kernel, places) for f in a.forms if f not in shared]
    if len(shared) != 2 or not all(map(_is_bare, rest)):
        return None
    rows, columns = (_read_axis(form, places, kernel, extents) for form in shared)
    if rows is None or columns is None:
        return None
    inside = {rows.place, rows.tap, columns.place, columns.tap}
    free = [v for v in extents if v not in inside]
    batch = [v for v in free if image.uses(v) and places.uses(v) and not kernel.uses(v)]
    channels = [v for v in free if image.uses(v) and kernel.uses(v) and not places.uses(v)]
    filters = [v for v in free if kernel.uses(v) and places.uses(v) and not image.uses(v)]
    if len(channels) != 1 or len(filters) != 1 or len(batch) + 2 != len(free) or len(batch) > 1:
        return None
    if not all(_covers(a, extents) for a in (image, kernel, places)):
        return None
    one = batch[0] if batch else None
    return CorrelatedNest(nest, image, kernel, places, one, channels[0], filters[0], rows, columns)


def _is_bare(form: PlaceForm) -> bool:
    """Whether a place is an index by itself, or the only one of its axis."""
    return form == PlaceForm((), 0) or (
        len(form.terms) == 1 and form == PlaceForm(((form.terms[0][0], 1),), 0)
    )


def _covers(access: ArrayAccess, extents: Mapping[Symbol, int]) -> bool:
    """Whether the indices of an access run from end to end of the axes where they stand alone."""
    return all(
        (extents[f.terms[0][0]] if f.terms else 1) == n
        for f, n in zip(access.forms, access.shape, strict=True)
        if len(f.terms) < 2
    )


def _read_axis(
    form: PlaceForm, places: ArrayAccess, kernel: ArrayAccess, extents: Mapping[Symbol, int]
) -> WindowIndices | None:
    """An axis of windows that move by one place; there are at least as many places as taps."""
    if len(form.terms) != 2 or form.divisor != 1:
        return None
    for (place, step), (tap, along) in (form.terms, form.terms[::-1]):
        apart = places.uses(place) and kernel.uses(tap)
        alone = not places.uses(tap) and not kernel.uses(place)
        if apart and alone and step == 1 and extents[tap] <= extents[place]:
            taps = extents[tap]
            low = form.constant + (along * (taps - 1) if along < 0 else 0)
            return WindowIndices(place, tap, extents[place], taps, abs(along), -low, along < 0)
    return None


def list_strides(access: ArrayAccess, *indices: Symbol | None) -> Iterator[int]:
    """How far the neighbours of each index lie apart in an array of the caller."""
    runs, run = [0] * len(access.shape), 1
    for axis in range(len(access.shape) - 1, -1, -1):
        runs[axis], run = run, run * access.shape[axis]
    for v in indices:
        yield sum(r for r, f in zip(runs, access.forms, strict=True) if v in dict(f.terms))
