"""One array that moves over another: correlation, convolution, transposed convolution."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from .correlation_axes import CorrelationAxis, ProductForm
from .grids import Grid, Place, contract_grids, dilate_grid, rotate_grid, shift_grid
from .sample_points import Entries, SamplePoint


@dataclass(frozen=True)
class Correlation:
    """`second` moves over `first` along the windows; other bound indices are summed over."""

    form: ProductForm
    first: Indexed
    second: Indexed
    windows: tuple[CorrelationAxis, ...]

    @property
    def other_sums(self) -> tuple[Symbol, ...]:
        """The bound indices beside those of the windows."""
        return tuple(v for v in self.form.bound if v not in {w.bound for w in self.windows})

    @property
    def full(self) -> bool:
        """Whether every overlap counts: as many zeros in front as the second array reaches."""
        return all(expand(w.front - w.reach) == 0 and w.reach != 0 for w in self.windows)

    @property
    def turned(self) -> bool:
        return all(w.turned for w in self.windows)

    @property
    def mirrored(self) -> bool:
        return all(w.mirrored for w in self.windows)

    @property
    def uniform(self) -> bool:
        """Whether all axes are turned and mirrored alike, so that one word says it."""
        turned, mirrored = ({getattr(w, n) for w in self.windows} for n in ("turned", "mirrored"))
        return len(turned) == len(mirrored) == 1

    def common(self, name: str) -> Expr | None:
        """What all windows have in common; None where they differ."""
        values = {getattr(w, name) for w in self.windows}
        return values.pop() if len(values) == 1 else None

    def correlation(self, trial: SamplePoint) -> Entries:
        """The entries by the textbook operations: dilate, put zeros in front, rotate, correlate."""
        first, second = self._prepared(trial)
        sums = {f"t{k}": trial.whole(w.reach) + 1 for k, w in enumerate(self.windows)}
        sums |= {str(v): trial.whole(self.form.bound[v]) for v in self.other_sums}
        labels = self._labels(self.first, "first_axis", "u{0}+t{0}")
        others = self._labels(self.second, "second_axis", "t{0}")
        return lambda place: contract_grids(
            first, labels, second, others, sums, self._moved(trial, place)
        )

    def _prepared(self, trial: SamplePoint) -> tuple[Grid, Grid]:
        """Both arrays, ready to be correlated."""
        axes = [w.first_axis for w in self.windows]
        first = dilate_grid(
            trial.grid(self.first), axes, [trial.whole(w.dilation) for w in self.windows]
        )
        first = shift_grid(first, axes, [trial.whole(w.front) for w in self.windows])
        axes = [w.second_axis for w in self.windows]
        second = dilate_grid(
            trial.grid(self.second), axes, [trial.whole(w.spread) for w in self.windows]
        )
        extents = [trial.whole(w.reach) + 1 for w in self.windows]
        return first, rotate_grid(second, axes, extents) if self.turned else second

    def _moved(self, trial: SamplePoint, place: Mapping[Symbol, int]) -> dict[str, int]:
        """Where the window stands for an entry of the result."""
        free = {str(v): n for v, n in place.items()}
        for k, w in enumerate(self.windows):
            last = trial.whole(self.form.free[w.free]) - 1
            u = last - place[w.free] if self.mirrored else place[w.free]
            free[f"u{k}"] = trial.whole(w.stride) * u
        return free

    def _labels(self, access: Indexed, axis: str, pattern: str) -> list[str]:
        labels = [str(e) for e in access.indices]
        for k, window in enumerate(self.windows):
            labels[getattr(window, axis)] = pattern.format(k)
        return labels

    def scattering(self, trial: SamplePoint) -> Entries:
        """The entries by adding: every entry of the first array sends the second to its place."""
        found: dict[Place, int] = defaultdict(int)
        order = list(self.form.free)
        # first[a] second[b] is in the result at u where stride u + t = dilation a + front, t being
        # reach - spread b where the second array is turned, else spread b; the stride is 1 here.
        starts = [_Stretch.of(trial, w.first_axis, w.dilation, w.front) for w in self.windows]
        steps = [
            _Stretch.of(trial, w.second_axis, -w.spread, S.Zero)
            if not w.turned
            else _Stretch.of(trial, w.second_axis, w.spread, -w.reach)
            for w in self.windows
        ]
        moving = [w.free for w in self.windows]
        common = sorted(set(self.first.indices) & set(self.second.indices), key=str)
        sent: dict[Place, list[tuple[dict[Symbol, int], list[int], int]]] = defaultdict(list)
        for at, weight in trial.grid(self.second).items():
            named = _name_places(self.second, at, steps) if weight else None
            if named is not None:
                key = tuple(named[e] for e in common)
                sent[key].append((named, [step.at(at) for step in steps], weight))
        for at, value in trial.grid(self.first).items():
            named = _name_places(self.first, at, starts) if value else None
            if named is None:
                continue
            here = [start.at(at) for start in starts]
            for others, by, weight in sent[tuple(named[e] for e in common)]:
                lands = named | others
                lands.update((v, a + b) for v, a, b in zip(moving, here, by, strict=True))
                found[tuple(lands[v] for v in order)] += value * weight
        return lambda place: found[tuple(place[v] for v in order)]


@dataclass(frozen=True)
class _Stretch:
    """factor times the place on an axis, plus an offset."""

    axis: int
    factor: int
    offset: int

    @classmethod
    def of(cls, trial: SamplePoint, axis: int, factor: Expr, offset: Expr) -> _Stretch:
        return cls(axis, trial.whole(factor), trial.whole(offset))

    def at(self, place: Place) -> int:
        return self.factor * place[self.axis] + self.offset


def _name_places(
    access: Indexed, at: Place, moving: Sequence[_Stretch]
) -> dict[Symbol, int] | None:
    """The place of each index of an entry, without the axes that move; None where one has two."""
    found: dict[Symbol, int] = {}
    axes = {s.axis for s in moving}
    for axis, e in enumerate(access.indices):
        if axis not in axes and found.setdefault(e, at[axis]) != at[axis]:
            return None
    return found


def match_correlation(
    form: ProductForm, found: tuple[CorrelationAxis, ...], pair: tuple[Indexed, Indexed]
) -> Correlation | None:
    """The operation, if all of its axes are alike and its moving indices occur nowhere else."""
    first, second = pair
    made = Correlation(form, first, second, found)
    moving = {w.free for w in found} | {w.bound for w in found}
    rest = [e for n, e in enumerate(first.indices) if n not in {w.first_axis for w in found}]
    rest += [e for n, e in enumerate(second.indices) if n not in {w.second_axis for w in found}]
    clear = all((e.is_Symbol or e == 0) and e not in moving for e in rest)
    return made if made.uniform and clear else None
