"""Which outputs an entry of the input touches, and which a weight, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.notation.rebase import rebase
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import Form, Relation
from symconv.render.formula.windows import Windows
from symconv.structure import counted as claims
from symconv.structure.reach import Reach, Sweep

from .size_places import Places
from .symbol_notes import Sentence


@dataclass(frozen=True)
class TouchedWords:
    """Writes about the outputs that depend on an entry."""

    places: Places

    def touched(self, windows: Windows) -> Iterator[Sentence]:
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

    def _steps(self, sweep: Sweep, pairs: list[tuple[Reach, Expr]]) -> Iterator[str | Form]:
        """For which i' + p - s i is a multiple of d."""
        for number, (reach, place) in enumerate(pairs if self._dilated(sweep) else []):
            yield ", with " if number == 0 else " and "
            offset = place + reach.padding - reach.stride * reach.out
            yield arrange_position(rebase(offset, self.places.names.notation.index_base))
            yield " a multiple of "
            yield arrange_position(reach.dilation)

    @staticmethod
    def _dilated(sweep: Sweep) -> bool:
        return any(r.dilation != 1 for r in sweep.reaches)

    def _limits(self, sweep: Sweep) -> Iterator[str | Form]:
        base = Integer(self.places.names.notation.index_base)
        for number, r in enumerate(sweep.reaches):
            yield ", " if number else ""
            sides = (base, r.out, r.outputs - 1 + base)
            yield Relation(tuple(map(arrange_position, sides)), ("<=", "<="))

    def sum_limits(self, windows: Windows) -> Iterator[Sentence]:
        """Why the sum over all outputs has become one over the kernel."""
        if windows.solved is None:
            return
        left, pairs = windows.solved
        said: Sentence = ("The sum in ", self.places.tensor(left), " runs over the kernel, ")
        said += ("because to each entry of it at most one output belongs that reads an entry: ",)
        for number, (out, solved) in enumerate(pairs):
            equal = Relation((self.places.place(out), self.places.place(solved)), ("=",))
            said += (" and " if number else "", equal)
        plain = all(r.stride == 1 for r in windows.sweep.reaches)
        yield (*said, ", where that is " + ("" if plain else "an integer ") + "within its bounds.")

    def weight(self, windows: Windows) -> Iterator[Sentence]:
        sweep = windows.sweep
        assert sweep.kernel is not None
        entry = self.places.entry(sweep.kernel, windows.kernel_places)
        reads = [r.read.xreplace({r.inner: windows.weight(r)}) for r in sweep.reaches]
        meets = ("The entry ", entry, " takes part in every output, where it meets ")
        at = (self.places.tensor(sweep.access), " at ", *self.places.places(reads))
        sums = ": its gradient is summed over all outputs"
        if windows.true(claims.always_met):
            yield (*meets, *at, sums, ".")
        elif windows.true(claims.met):
            bounds: Sentence = ()
            for number, r in enumerate(sweep.reaches):
                weight = windows.weight(r)
                low, high = r.meeting(Integer(0), weight), r.meeting(r.inputs - 1, weight)
                bounds += (" and " if number else "", self.places.between(r, low, high))
            beyond = "; in the others it meets the zeros beyond the border"
            yield (*meets, *at, sums, ". Terms other than 0 have ", *bounds, beyond, ".")
