"""Why the sizes are so, in words: windows, what they leave unread, whom an entry touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.render.formula.names import Names
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import Floor, Form, Number, Relation, Total
from symconv.render.formula.tree_helpers import quotient
from symconv.render.formula.windows import Windows, windows_of
from symconv.structure import counted as claims
from symconv.structure.reach import Reach, Sweep, sweeps

from .size_displays import with_reach
from .size_places import Places
from .size_touched import TouchedWords
from .size_unread import UnreadWords
from .symbol_notes import Sentence


@dataclass(frozen=True)
class SizeWords:
    """Writes about the windows of a backward pass in the names of a network."""

    places: Places
    backward: Backward

    def sentences(self, windows: Windows, *, whole: bool) -> Iterator[Sentence]:
        """Everything that is known; else the size and the outputs that an entry touches.

        Of an entry that nothing is differentiated by, nothing is said.
        """
        touched, sweep = TouchedWords(self.places), windows.sweep
        asked = self.backward.derivation(str(sweep.access.base.label)) is not None
        if windows.true(claims.output_size):
            yield self._size(windows)
        if whole:
            yield from UnreadWords(self.places).sentences(windows)
        if asked and windows.true(claims.touched):
            yield from touched.touched(windows)
        if whole and asked:
            yield from touched.sum_limits(windows)
        kernel = sweep.kernel and self.backward.derivation(str(sweep.kernel.base.label))
        if whole and kernel:
            yield from touched.weight(windows)

    def _size(self, windows: Windows) -> Sentence:
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

    def _fits(self, reach: Reach) -> Iterator[str | Form]:
        """I <= (H + 2p - d (k - 1) - 1)/s: that many outputs."""
        yield Relation(
            (self.places.place(reach.out), self.places.ratio(reach.room, reach)), ("<=",)
        )
        yield ", which makes "
        size = arrange_position(reach.outputs)
        if reach.stride == 1 or reach.room.is_Integer:
            yield size
        else:
            ratio = quotient(
                arrange_position(with_reach(reach.room)), arrange_position(reach.stride)
            )
            yield Relation((size, Total(((False, Floor(ratio)), (False, Number(1))))), ("=",))
        yield " output" if reach.outputs == 1 else " outputs"

    def _at(self, sweep: Sweep, inner: Expr | None) -> list[Expr]:
        return [
            r.read.xreplace({r.inner: r.kernel - 1 if inner is None else inner})
            for r in sweep.reaches
        ]

    @staticmethod
    def _listed(values: list[Expr]) -> Iterator[str | Form]:
        for number, value in enumerate(values):
            yield " and " if number else ""
            yield arrange_position(value)
        yield " entry" if values == [1] else " entries"


def size_words(
    backward: Backward, program: Program, names: Names
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences on all windows of a network, at each level of detail that has them."""
    told = SizeWords(Places(names), backward)
    found = [
        w for e in program.equations for s in sweeps(e) if (w := windows_of(s, backward, program))
    ]
    return {
        "normal": tuple(line for w in found for line in told.sentences(w, whole=False)),
        "full": tuple(line for w in found for line in told.sentences(w, whole=True)),
    }
