"""What the indices of a sum of products are where it is a correlation over windows of an image.

A sample stands in the image and in the result, a filter in the kernel and in the result, a feature
in both operands and is summed over, a group in all three. Place and tap stand together in one index
of the image: (stride place + dilation tap + shift) / spread. Which of them is summed over tells the
passes of a convolution apart, and nobody asks: no layer is known by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.tensor import key_of

from .affine import AffineForm, affine_form, denominator
from .builder import ProgramBuilder
from .einsum_terms import EinsumTerm


@dataclass(frozen=True)
class PlainAxis:
    """An axis without a window: the indices that it counts, from coarse to fine; none for a 0."""

    axis: int
    indices: tuple[Symbol, ...]
    backwards: bool = False


@dataclass(frozen=True)
class Window:
    """An axis of the image, read at (`stride` place + `dilation` tap + `shift`) / `spread`.

    The place is an index of the result, the tap is summed over; None where its only value is 0.
    """

    axis: int
    place: Symbol | None
    tap: Symbol | None
    stride: Expr
    dilation: Expr
    shift: Expr
    spread: Expr


@dataclass(frozen=True)
class Roles:
    """The indices of a correlation; None where there is none. `image` and `kernel`: plain axes."""

    sample: Symbol | None
    feature: Symbol | None
    filter: Symbol | None
    group: Symbol | None
    windows: tuple[Window, ...]
    image: tuple[PlainAxis, ...]
    kernel: tuple[PlainAxis, ...]

    @property
    def groups_samples(self) -> bool:
        """Whether the groups are of samples: a gradient by the kernel of a grouped convolution."""
        found = next((a.indices for a in self.image if self.group in a.indices), ())
        if len(found) == 2:
            return found[1] == self.sample
        return bool(found) and self.feature is not None


def find_roles(
    bench: ProgramBuilder, term: EinsumTerm, image: Indexed, kernel: Indexed
) -> Roles | None:
    """The roles of the indices of `image` and `kernel`; None where it is no correlation."""
    reader = PlaceReader(bench, frozenset(term.bound))
    inner = [reader.plain_axis(kernel, k) for k in range(len(kernel.indices))]
    known = tuple(a for a in inner if a is not None)
    if len(known) < len(inner):
        return None
    shared = frozenset(v for a in known for v in a.indices)
    plain: list[PlainAxis] = []
    windows: list[Window] = []
    for k in range(len(image.indices)):
        axis = reader.plain_axis(image, k)
        if axis is not None and not axis.backwards and _is_no_window(axis, shared, term):
            plain.append(axis)
            continue
        window = reader.window(image, k)
        if window is None:
            return None
        windows.append(window)
    found = _RoleFinder(bench, term, tuple(plain), known, tuple(windows)).roles()
    return found if found is not None and _is_consistent(found, term, bench) else None


def _is_no_window(axis: PlainAxis, shared: frozenset[Symbol], term: EinsumTerm) -> bool:
    """Whether an axis of two indices counts groups and what is in them: places are the image's."""
    return len(axis.indices) < 2 or (
        axis.indices[0] in shared and axis.indices[0] not in term.bound
    )


@dataclass(frozen=True)
class PlaceReader:
    """Reads the places of an access; an index with one value is 0."""

    bench: ProgramBuilder
    bound: frozenset[Symbol]

    def _form(self, place: Expr) -> AffineForm:
        units = {v: S.Zero for v, n in self.bench.extents.items() if n == 1}
        return affine_form(expand(place.xreplace(units)), self.bench.extents)

    def plain_axis(self, access: Indexed, axis: int) -> PlainAxis | None:
        """An axis that is read whole, in order or backwards; None for any other."""
        place, extents = access.indices[axis], self.bench.extents
        length = self.bench.tensors[key_of(access)].shape[axis]
        if denominator(place) != 1:
            return None
        form = self._form(place)
        match form.terms:
            case ():
                return PlainAxis(axis, ()) if form.constant == 0 and length == 1 else None
            case ((v, c),):
                backwards = c == -1 and expand(form.constant - extents[v] + 1) == 0
                whole = self.bench.sizes.equal(extents[v], length)
                forwards = c == 1 and form.constant == 0
                return PlainAxis(axis, (v,), backwards) if whole and forwards | backwards else None
            case ((u, c), (v, d)) if form.constant == 0 and 1 in {c, d}:
                coarse, step, fine = (u, c, v) if d == 1 else (v, d, u)
                parts = step == extents[fine] and expand(step * extents[coarse] - length) == 0
                return PlainAxis(axis, (coarse, fine)) if parts else None
        return None

    def window(self, access: Indexed, axis: int) -> Window | None:
        """An axis that is read at a place and a tap; None for any other."""
        spread = denominator(access.indices[axis])
        form = self._form(expand(spread * access.indices[axis]))
        places = [(v, c) for v, c in form.terms if v not in self.bound]
        taps = [(v, c) for v, c in form.terms if v in self.bound]
        if len(places) > 1 or len(taps) > 1 or not form.terms:
            return None
        place, stride = places[0] if places else (None, S.One)
        tap, dilation = taps[0] if taps else (None, S.One)
        return Window(axis, place, tap, stride, dilation, form.constant, spread)


@dataclass(frozen=True)
class _RoleFinder:
    """Gives every plain axis its role."""

    bench: ProgramBuilder
    term: EinsumTerm
    plain: tuple[PlainAxis, ...]
    kernel: tuple[PlainAxis, ...]
    windows: tuple[Window, ...]

    def roles(self) -> Roles | None:
        """The roles; None where one has two indices, or there is no window."""
        bound, taps = frozenset(self.term.bound), {w.tap for w in self.windows}
        left = [v for a in self.plain for v in a.indices]
        right = [v for a in self.kernel for v in a.indices if v not in taps]
        group = [v for v in left if v in right and v not in bound]
        feature = [v for v in left if v in right and v in bound]
        sample = [v for v in left if v not in right and v not in bound]
        filters = [v for v in right if v not in left and v not in bound]
        roles = (not feature) + (not filters), (not sample) + (not filters)
        samples, places = self._split(sample, self._idle_taps, roles[0])
        features, sums = self._split(feature, self._idle_places, roles[1])
        found = (samples, features, filters, group)
        windows = [*self.windows, *(self._whole(v, bound) for v in (*places, *sums))]
        if not windows or any(len(role) > 1 for role in found):
            return None
        chosen = {*places, *sums}
        plain = tuple(a for a in self.plain if not chosen & set(a.indices))
        windows.sort(key=lambda w: w.axis)
        s, c, o, g = (next(iter(role), None) for role in found)
        return Roles(s, c, o, g, tuple(windows), plain, self.kernel)

    def _split(
        self, indices: list[Symbol], idle: int, missing: int
    ) -> tuple[list[Symbol], list[Symbol]]:
        """The indices that keep their role, and the last ones, which are of windows.

        `idle` axes of length 1 are where a tap or a place would be, but that `missing` roles may
        have them; they are those of windows where a role would have several indices.
        """
        # A kernel of one tap along an axis, or a result of one place, leaves a bare index, and an
        # axis of length 1 where the other one was.
        count = max(min(idle - missing, len(indices)), min(idle, len(indices) - 1), 0)
        return indices[: len(indices) - count], indices[len(indices) - count :]

    @property
    def _idle_taps(self) -> int:
        """How many axes of length 1 of the kernel no window has yet."""
        return sum(not a.indices for a in self.kernel) - sum(w.tap is None for w in self.windows)

    @property
    def _idle_places(self) -> int:
        """How many axes of length 1 of the result no window has yet."""
        units = [v for v, n in self.bench.extents.items() if n == 1 and v not in self.term.bound]
        return len(units) - sum(w.place is None for w in self.windows)

    def _whole(self, v: Symbol, bound: frozenset[Symbol]) -> Window:
        """The window of an axis with a bare index."""
        axis = next(a.axis for a in self.plain if v in a.indices)
        place, tap = (None, v) if v in bound else (v, None)
        return Window(axis, place, tap, S.One, S.One, S.Zero, S.One)


def _is_consistent(roles: Roles, term: EinsumTerm, bench: ProgramBuilder) -> bool:
    """Whether every index has one role and one place, and pairs of indices count groups first."""
    taps = [w.tap for w in roles.windows if w.tap is not None]
    places = [w.place for w in roles.windows if w.place is not None]
    kernel = [v for a in roles.kernel for v in a.indices]
    image = [v for a in roles.image for v in a.indices] + taps + places
    if any(len(names) > len(set(names)) for names in (kernel, image)):
        return False
    alone = {a.indices[0] for a in roles.kernel if len(a.indices) == 1}
    if set(places) & set(kernel) or not set(taps) <= alone:
        return False
    summed = {v for v in term.bound if bench.extents[v] != 1}
    if summed != {*taps, roles.feature} - {None}:
        return False
    pairs = [a.indices for a in (*roles.image, *roles.kernel) if len(a.indices) == 2]
    return all(coarse == roles.group for coarse, _ in pairs) and _has_place_for_group(roles)


def _has_place_for_group(roles: Roles) -> bool:
    """Whether the groups of the image are of its samples or of its features."""
    if roles.group is None:
        return True
    axis = next(a for a in roles.image if roles.group in a.indices)
    return len(axis.indices) == 2 or None in {roles.sample, roles.feature}
