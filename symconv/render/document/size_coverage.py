"""Which outputs an entry of the input touches, and which a weight, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.notation.index_letters import rebase
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import DisplayRelation, DisplayTree
from symconv.structure import sampled_sizes as claims
from symconv.structure.sampled_sizes import AxisSample
from symconv.structure.sliding_window import SlidingWindow, WindowAxis

from .array_words import WindowPlaces
from .displays import factor_kernel_span
from .sampled_window import SampledWindow
from .symbol_notes import Sentence


@dataclass(frozen=True)
class TouchedWords:
    """Writes about the outputs that depend on an entry."""

    places: WindowPlaces

    def touched(self, windows: SampledWindow) -> Iterator[Sentence]:
        sweep = windows.sweep
        pairs = [(r, windows.place(r)) for r in sweep.reaches]
        entry = self.places.entry(sweep.access, windows.input_places)
        limits = self._limits(sweep)
        if all(r.stride == 1 for r in sweep.reaches) and not self._dilated(sweep):
            low = self.places.corner([self.places.ratio(r.lowest(p), r) for r, p in pairs])
            high = self.places.corner([self.places.ratio(r.highest(p), r) for r, p in pairs])
            corners = " its top left at " if len(pairs) == 2 else " its start at "
            far = " and its bottom right at " if len(pairs) == 2 else " and its end at "
            region: Sentence = ("The entry ", entry, " touches a region of outputs with", corners)
            yield (*region, *low, far, *high, ", as far as these exist, ", *limits, ".")
            return
        said: Sentence = ("The entry ", entry, " touches the outputs with ")
        for number, (reach, place) in enumerate(pairs):
            bounds = self.places.between(reach, reach.lowest(place), reach.highest(place))
            said += (" and " if number else "", bounds)
        yield (*said, *self._steps(sweep, pairs), ", as far as these exist, ", *limits, ".")

    def _steps(
        self, sweep: SlidingWindow, pairs: list[tuple[WindowAxis, Expr]]
    ) -> Iterator[str | DisplayTree]:
        """For which i' + p - s i is a multiple of d."""
        for number, (reach, place) in enumerate(pairs if self._dilated(sweep) else []):
            yield ", with " if number == 0 else " and "
            offset = place + reach.padding - reach.stride * reach.out
            names = self.places.names
            yield arrange_position(rebase(offset, names.notation.index_base), names.order)
            yield " a multiple of "
            yield arrange_position(reach.dilation)

    @staticmethod
    def _dilated(sweep: SlidingWindow) -> bool:
        return any(r.dilation != 1 for r in sweep.reaches)

    def _limits(self, sweep: SlidingWindow) -> Iterator[str | DisplayTree]:
        base = Integer(self.places.names.notation.index_base)
        for number, r in enumerate(sweep.reaches):
            yield ", " if number else ""
            sides = (base, r.out, r.outputs - 1 + base)
            yield DisplayRelation(tuple(map(arrange_position, sides)), ("<=", "<="))

    def sum_limits(self, windows: SampledWindow) -> Iterator[Sentence]:
        """Why the sum over all outputs has become one over the kernel."""
        if windows.solved is None:
            return
        left, pairs = windows.solved
        said: Sentence = ("The sum in ", self.places.tensor(left), " runs over the kernel, ")
        said += ("because to each entry of it at most one output belongs that reads an entry: ",)
        for number, (out, solved) in enumerate(pairs):
            equal = DisplayRelation((self.places.place(out), self.places.place(solved)), ("=",))
            said += (" and " if number else "", equal)
        plain = all(r.stride == 1 for r in windows.sweep.reaches)
        yield (*said, ", where that is " + ("" if plain else "an integer ") + "within its bounds.")

    def weight(self, windows: SampledWindow) -> Iterator[Sentence]:
        sweep = windows.sweep
        assert sweep.kernel is not None
        entry = self.places.entry(sweep.kernel, windows.kernel_places)
        reads = [r.read.xreplace({r.inner: windows.weight(r)}) for r in sweep.reaches]
        meets = ("The entry ", entry, " takes part in every output, where it meets ")
        at = (self.places.tensor(sweep.access), " at ", *self.places.places(reads))
        sums = ": its gradient is summed over all outputs"
        if windows.true(claims.always_met):
            yield (*meets, *at, sums, ".")
        elif windows.true(claims.outputs_met):
            bounds: Sentence = ()
            for number, r in enumerate(sweep.reaches):
                weight = windows.weight(r)
                low, high = r.meeting(Integer(0), weight), r.meeting(r.inputs - 1, weight)
                bounds += (" and " if number else "", self.places.between(r, low, high))
            beyond = "; in the others it meets the zeros beyond the border"
            yield (*meets, *at, sums, ". Terms other than 0 have ", *bounds, beyond, ".")


MOST_UNREAD = 8
"""How many unread entries a sentence lists before it says "..."."""


@dataclass(frozen=True)
class UnreadWords:
    """Writes about the entries beyond the last window."""

    places: WindowPlaces

    def sentences(self, windows: SampledWindow) -> Iterator[Sentence]:
        sweep = windows.sweep
        if windows.true(claims.all_read):
            if any(r.stride != 1 for r in sweep.reaches):
                yield ("Every entry of ", self.places.tensor(sweep.access), " is read.")
            return
        strided = [r for r in sweep.reaches if r.stride != 1]
        if strided and windows.true(claims.window_ends) and windows.true(claims.remainder):
            for reach, counts in zip(sweep.reaches, windows.counts, strict=True):
                yield from self._left_over(windows, reach, counts)

    def _left_over(
        self, windows: SampledWindow, reach: WindowAxis, counts: tuple[AxisSample, ...]
    ) -> Iterator[Sentence]:
        here = self.places.place(windows.place(reach))
        access = self.places.tensor(windows.sweep.access)
        if len(counts) == 1 and not counts[0].sizes:
            unread = counts[0].unread
            base = self.places.names.notation.index_base
            shown = ", ".join(str(t + base) for t in unread[:MOST_UNREAD])
            more = ", …" if len(unread) > MOST_UNREAD else ""
            if unread:
                yield (
                    *(
                        "No window reaches the entries of ",
                        access,
                        " at ",
                        here,
                        f" = {shown}{more}",
                    ),
                    f": {self._lost(windows)}.",
                )
            return
        room = arrange_position(factor_kernel_span(reach.room))
        yield (
            *("The last window ends at ", here, " = ", self.places.place(reach.last), ": where "),
            *(room, " divided by ", arrange_position(reach.stride), " leaves a remainder"),
            *self._greater(reach.padding),
            *(
                ", the entries of ",
                access,
                " beyond that are never read, and their derivative is 0.",
            ),
        )

    @staticmethod
    def _lost(windows: SampledWindow) -> str:
        """What it means for an entry that no window reads it."""
        if windows.only_reader:
            return "the cost does not depend on them, and their derivative is 0"
        return "nothing reaches their derivative through this equation"

    @staticmethod
    def _greater(padding: Expr) -> Sentence:
        return () if padding == 0 else (" greater than ", arrange_position(padding))
