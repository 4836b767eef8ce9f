"""Why the sizes are so, in words: windows, what they leave unread, whom an entry touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Name
from symconv.emit.formula.form import Floor, Form, Number, Relation, Total, quotient
from symconv.emit.formula.names import Names, entry_form, tensor_name
from symconv.emit.formula.positions import arrange_position
from symconv.emit.formula.windows import Windows, windows_of
from symconv.notation.rebase import rebase
from symconv.structure import counted as claims
from symconv.structure.counted import Count
from symconv.structure.reach import Reach, Sweep, sweeps

from .document import with_reach
from .remarks import Sentence

MOST_UNREAD = 8


@dataclass(frozen=True)
class SizeWords:
    """Writes about windows in the names of a network."""

    names: Names

    def sentences(self, windows: Windows, *, whole: bool) -> Iterator[Sentence]:
        """Everything that is known; else the size and the outputs that an entry touches."""
        if windows.true(claims.output_size):
            yield self._size(windows)
        if whole:
            yield from self._unread(windows)
        if windows.true(claims.touched):
            yield from self._touched(windows)
        if whole:
            yield from self._sum_limits(windows)
        if whole and windows.sweep.kernel is not None:
            yield from self._weight(windows)

    # sizes

    def _size(self, windows: Windows) -> Sentence:
        sweep = windows.sweep
        said: Sentence = (
            *("The window of ", self._output(sweep), " covers ", self._tensor(sweep.access)),
            *(" from ", *self._places(self._at(sweep, Integer(0)))),
            *(" to ", *self._places(self._at(sweep, None))),
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
        yield Relation((self._place(reach.out), self._ratio(reach.room, reach)), ("<=",))
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

    def _ratio(self, numerator: Expr, reach: Reach) -> Form:
        """An output as a place in the input over the stride, counted as the notation counts."""
        base, stride = self.names.notation.index_base, reach.stride
        moved = rebase(numerator, base)
        if (moved / stride).is_Integer or stride == 1:
            return arrange_position(with_reach(expand(moved / stride) + base))
        ratio = quotient(arrange_position(with_reach(expand(moved))), arrange_position(stride))
        return Total(((False, ratio), (False, Number(base)))) if base else ratio

    def _at(self, sweep: Sweep, inner: Expr | None) -> list[Expr]:
        return [
            r.read.xreplace({r.inner: r.kernel - 1 if inner is None else inner})
            for r in sweep.reaches
        ]

    # what is never read

    def _unread(self, windows: Windows) -> Iterator[Sentence]:
        sweep = windows.sweep
        if windows.true(claims.all_read):
            if any(r.stride != 1 for r in sweep.reaches):
                yield ("Every entry of ", self._tensor(sweep.access), " is read.")
            return
        strided = [r for r in sweep.reaches if r.stride != 1]
        if strided and windows.true(claims.window_ends) and windows.true(claims.remainder):
            for reach, counts in zip(sweep.reaches, windows.counts, strict=True):
                yield from self._left_over(windows, reach, counts)

    def _left_over(
        self, windows: Windows, reach: Reach, counts: tuple[Count, ...]
    ) -> Iterator[Sentence]:
        here, access = self._place(windows.place(reach)), self._tensor(windows.sweep.access)
        if len(counts) == 1 and not counts[0].sizes:
            unread = counts[0].unread
            base = self.names.notation.index_base
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
        room = arrange_position(with_reach(reach.room))
        yield (
            *("The last window ends at ", here, " = ", self._place(reach.last), ": where "),
            *(room, " divided by ", arrange_position(reach.stride), " leaves a remainder"),
            *self._greater(reach.padding),
            *(
                ", the entries of ",
                access,
                " beyond that are never read, and their derivative is 0.",
            ),
        )

    @staticmethod
    def _lost(windows: Windows) -> str:
        """What it means for an entry that no window reads it."""
        if windows.only_reader:
            return "the cost does not depend on them, and their derivative is 0"
        return "nothing reaches their derivative through this equation"

    @staticmethod
    def _greater(padding: Expr) -> Sentence:
        return () if padding == 0 else (" greater than ", arrange_position(padding))

    # whom an entry touches

    def _touched(self, windows: Windows) -> Iterator[Sentence]:
        sweep = windows.sweep
        pairs = [(r, windows.place(r)) for r in sweep.reaches]
        entry = entry_form(self._name(sweep.access), self._shown(windows.input_places), self.names)
        limits = self._limits(sweep)
        if all(r.stride == 1 for r in sweep.reaches) and not self._dilated(sweep):
            low = self._corner([self._ratio(r.lowest(p), r) for r, p in pairs])
            high = self._corner([self._ratio(r.highest(p), r) for r, p in pairs])
            corners = " its top left at " if len(pairs) == 2 else " its start at "
            far = " and its bottom right at " if len(pairs) == 2 else " and its end at "
            region: Sentence = ("The entry ", entry, " touches a region of outputs with", corners)
            yield (*region, *low, far, *high, ", as far as these exist, ", *limits, ".")
            return
        said: Sentence = ("The entry ", entry, " touches the outputs with ")
        for number, (reach, place) in enumerate(pairs):
            bounds = self._between(reach, reach.lowest(place), reach.highest(place))
            said += (" and " if number else "", bounds)
        yield (*said, *self._steps(sweep, pairs), ", as far as these exist, ", *limits, ".")

    def _steps(self, sweep: Sweep, pairs: list[tuple[Reach, Expr]]) -> Iterator[str | Form]:
        """For which i' + p - s i is a multiple of d."""
        for number, (reach, place) in enumerate(pairs if self._dilated(sweep) else []):
            yield ", with " if number == 0 else " and "
            offset = place + reach.padding - reach.stride * reach.out
            yield arrange_position(rebase(offset, self.names.notation.index_base))
            yield " a multiple of "
            yield arrange_position(reach.dilation)

    @staticmethod
    def _dilated(sweep: Sweep) -> bool:
        return any(r.dilation != 1 for r in sweep.reaches)

    def _limits(self, sweep: Sweep) -> Iterator[str | Form]:
        base = Integer(self.names.notation.index_base)
        for number, r in enumerate(sweep.reaches):
            yield ", " if number else ""
            sides = (base, r.out, r.outputs - 1 + base)
            yield Relation(tuple(map(arrange_position, sides)), ("<=", "<="))

    def _sum_limits(self, windows: Windows) -> Iterator[Sentence]:
        """Why the sum over all outputs has become one over the kernel."""
        if windows.solved is None:
            return
        left, pairs = windows.solved
        said: Sentence = ("The sum in ", self._tensor(left), " runs over the kernel, because ")
        said += ("to each entry of it belongs at most one output that reads a given entry: ",)
        for number, (out, solved) in enumerate(pairs):
            equal = Relation((self._place(out), self._place(solved)), ("=",))
            said += (" and " if number else "", equal)
        plain = all(r.stride == 1 for r in windows.sweep.reaches)
        yield (*said, ", where that is " + ("" if plain else "an integer ") + "within its bounds.")

    def _weight(self, windows: Windows) -> Iterator[Sentence]:
        sweep = windows.sweep
        assert sweep.kernel is not None
        entry = entry_form(self._name(sweep.kernel), self._shown(windows.kernel_places), self.names)
        reads = [r.read.xreplace({r.inner: windows.weight(r)}) for r in sweep.reaches]
        meets = ("The entry ", entry, " takes part in every output, where it meets ")
        at = (self._tensor(sweep.access), " at ", *self._places(reads))
        sums = ": its gradient is summed over all outputs"
        if windows.true(claims.always_met):
            yield (*meets, *at, sums, ".")
        elif windows.true(claims.met):
            bounds: Sentence = ()
            for number, r in enumerate(sweep.reaches):
                weight = windows.weight(r)
                low, high = r.meeting(Integer(0), weight), r.meeting(r.inputs - 1, weight)
                bounds += (" and " if number else "", self._between(r, low, high))
            beyond = "; in the others it meets the zeros beyond the border"
            yield (*meets, *at, sums, ". Terms other than 0 have ", *bounds, beyond, ".")

    # words

    def _output(self, sweep: Sweep) -> Form:
        places = self._shown(sweep.equation.lhs.indices)
        return entry_form(self._name(sweep.equation.lhs), places, self.names)

    @staticmethod
    def _name(access: Indexed) -> Name:
        return tensor_name(str(access.base.label))

    def _tensor(self, access: Indexed) -> Form:
        return entry_form(self._name(access), (), self.names)

    def _between(self, reach: Reach, low: Expr, high: Expr) -> Form:
        sides = (self._ratio(low, reach), self._place(reach.out), self._ratio(high, reach))
        return Relation(sides, ("<=", "<="))

    def _shown(self, places: tuple[Expr, ...]) -> tuple[Form, ...]:
        return tuple(map(self._place, places))

    def _place(self, e: Expr) -> Form:
        """A place, counted as the notation counts."""
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base)

    def _places(self, places: list[Expr]) -> Iterator[str | Form]:
        yield from self._corner([self._place(place) for place in places])

    @staticmethod
    def _corner(places: list[Form]) -> Iterator[str | Form]:
        """(a, b), or a alone."""
        yield "(" if len(places) > 1 else ""
        for number, place in enumerate(places):
            yield ", " if number else ""
            yield place
        yield ")" if len(places) > 1 else ""

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
    told = SizeWords(names)
    found = [
        w for e in program.equations for s in sweeps(e) if (w := windows_of(s, backward, program))
    ]
    return {
        "normal": tuple(line for w in found for line in told.sentences(w, whole=False)),
        "full": tuple(line for w in found for line in told.sentences(w, whole=True)),
    }
