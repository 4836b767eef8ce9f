"""One array that moves over another: correlation, convolution, transposed convolution."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Symbol, expand
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
        kernel = {p: v for p, v in trial.grid(self.second).items() if v}
        for source, value in trial.grid(self.first).items():
            for other, weight in kernel.items() if value else ():
                lands = self._lands(trial, source, other)
                if lands is not None:
                    found[tuple(lands[v] for v in order)] += value * weight
        return lambda place: found[tuple(place[v] for v in order)]

    def _lands(self, trial: SamplePoint, source: Place, other: Place) -> dict[Symbol, int] | None:
        """Where first[source] * second[other] is added; None where their common indices differ."""
        found: dict[Symbol, int] = {}
        for access, at, axes in (
            (self.first, source, {w.first_axis for w in self.windows}),
            (self.second, other, {w.second_axis for w in self.windows}),
        ):
            for axis, e in enumerate(access.indices):
                if axis not in axes and found.setdefault(e, at[axis]) != at[axis]:
                    return None
        for w in self.windows:
            # first[a] second[b] is in the result at u where stride u + t = dilation a + front, t
            # being the reach - spread b where the second array is turned, else spread b; the stride
            # is 1 here.
            step = trial.whole(w.spread) * other[w.second_axis]
            start = trial.whole(w.dilation) * source[w.first_axis] + trial.whole(w.front)
            found[w.free] = start - (trial.whole(w.reach) - step if w.turned else step)
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
