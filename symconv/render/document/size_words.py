"""Why the sizes are so, in words: windows, what they leave unread, whom an entry touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import key_of
from symconv.render.formula.names import DisplayNames
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import (
    DisplayFloor,
    DisplayNumber,
    DisplayRelation,
    DisplaySum,
    DisplayTree,
)
from symconv.render.formula.tree_helpers import make_quotient
from symconv.semantics.sizes import SizeDraws
from symconv.structure import sampled_sizes as claims
from symconv.structure.sliding_window import SlidingWindow, WindowAxis, find_sliding_windows

from .array_words import WindowPlaces
from .displays import factor_kernel_span
from .sampled_window import SampledWindow, sample_window
from .size_coverage import TouchedWords, UnreadWords
from .symbol_notes import Sentence


@dataclass(frozen=True)
class SizeWords:
    """Writes about the windows of a backward pass in the names of a network."""

    places: WindowPlaces
    backward: Backward

    def sentences(self, windows: SampledWindow, *, whole: bool) -> Iterator[Sentence]:
        """Everything that is known; else the size and the outputs that an entry touches.

        Of an entry that nothing is differentiated by, nothing is said.
        """
        touched, sweep = TouchedWords(self.places), windows.sweep
        asked = self.backward.derivation(key_of(sweep.access)) is not None
        if windows.true(claims.output_size):
            yield self._size(windows)
        if whole:
            yield from UnreadWords(self.places).sentences(windows)
        if asked and windows.true(claims.outputs_touched):
            yield from touched.touched(windows)
        if whole and asked:
            yield from touched.sum_limits(windows)
        kernel = sweep.kernel and self.backward.derivation(key_of(sweep.kernel))
        if whole and kernel:
            yield from touched.weight(windows)

    def _size(self, windows: SampledWindow) -> Sentence:
        sweep, output = windows.sweep, self.places.output(windows.sweep)
        said: Sentence = (
            *("The window of ", output, " covers ", self.places.tensor(sweep.access)),
            *(" from ", *self.places.places(self._at(sweep, Integer(0)))),
            *(" to ", *self.places.places(self._at(sweep, None))),
        )
        if any(r.padding != 0 for r in sweep.reaches):
            pads = list(dict.fromkeys(r.padding for r in sweep.reaches))
            said += (" and may hang over each border by ", *self._listed(pads))
        said += ("; so ",)
        for number, reach in enumerate(sweep.reaches):
            said += (" and " if number else "", *self._fits(reach))
        return (*said, ".")

    def _fits(self, reach: WindowAxis) -> Iterator[str | DisplayTree]:
        """I <= (H + 2p - d (k - 1) - 1)/s: that many outputs."""
        yield DisplayRelation(
            (self.places.place(reach.out), self.places.ratio(reach.room, reach)), ("<=",)
        )
        yield ", which makes "
        size = arrange_position(reach.outputs)
        if reach.stride == 1 or reach.room.is_Integer:
            yield size
        else:
            ratio = make_quotient(
                arrange_position(factor_kernel_span(reach.room)), arrange_position(reach.stride)
            )
            yield DisplayRelation(
                (size, DisplaySum(((False, DisplayFloor(ratio)), (False, DisplayNumber(1))))),
                ("=",),
            )
        yield " output" if reach.outputs == 1 else " outputs"

    def _at(self, sweep: SlidingWindow, inner: Expr | None) -> list[Expr]:
        return [
            r.read.xreplace({r.inner: r.kernel - 1 if inner is None else inner})
            for r in sweep.reaches
        ]

    @staticmethod
    def _listed(values: list[Expr]) -> Iterator[str | DisplayTree]:
        for number, value in enumerate(values):
            yield " and " if number else ""
            yield arrange_position(value)
        yield " entry" if values == [1] else " entries"


def describe_sizes(
    backward: Backward, program: Program, names: DisplayNames
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences on all windows of a network, at each level of detail that has them."""
    told, draws = SizeWords(WindowPlaces(names), backward), SizeDraws(program)
    found = [
        w
        for e in program.equations
        for s in find_sliding_windows(e)
        if (w := sample_window(s, backward, draws))
    ]
    return {
        "normal": tuple(line for w in found for line in told.sentences(w, whole=False)),
        "full": tuple(line for w in found for line in told.sentences(w, whole=True)),
    }
