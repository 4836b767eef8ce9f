"""Which entries no window reads, in words: what a remainder leaves over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr

from symconv.render.formula.positions import arrange_position
from symconv.render.formula.windows import Windows
from symconv.structure import counted as claims
from symconv.structure.counted import Count
from symconv.structure.reach import Reach

from .size_displays import with_reach
from .size_places import Places
from .symbol_notes import Sentence

MOST_UNREAD = 8


@dataclass(frozen=True)
class UnreadWords:
    """Writes about the entries beyond the last window."""

    places: Places

    def sentences(self, windows: Windows) -> Iterator[Sentence]:
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
        self, windows: Windows, reach: Reach, counts: tuple[Count, ...]
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
        room = arrange_position(with_reach(reach.room))
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
    def _lost(windows: Windows) -> str:
        """What it means for an entry that no window reads it."""
        if windows.only_reader:
            return "the cost does not depend on them, and their derivative is 0"
        return "nothing reaches their derivative through this equation"

    @staticmethod
    def _greater(padding: Expr) -> Sentence:
        return () if padding == 0 else (" greater than ", arrange_position(padding))
