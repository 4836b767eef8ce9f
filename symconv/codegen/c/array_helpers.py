"""The functions that passes over parts of a batch call: they see to arrays, not to equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .passes import HelperCode


@dataclass(frozen=True)
class ArrayHelpers:
    """Writes these functions; `struct` is the name of the struct of all arrays.

    Arrays are told by the names of its fields, entries are those of one sample.
    """

    struct: str

    def keep_values(self, name: str, places: Mapping[str, int]) -> HelperCode:
        """A copy of the struct in which the values lie in the workspace."""
        kept = [f"kept.{array} = room(workspace, {place});" for array, place in places.items()]
        return HelperCode(
            f"{self.struct} {name}(const {self.struct} *arrays, void *workspace)",
            "The arrays, with values in the workspace.",
            (
                f"{self.struct} kept = *arrays;",
                *kept,
                *([] if kept else ["(void)workspace;"]),
                "return kept;",
            ),
        )

    def move_values(self, name: str, entries: Mapping[str, int]) -> HelperCode:
        """The arrays of a part that begin with one of its samples."""
        return HelperCode(
            f"void {name}({self.struct} *part, const {self.struct} *arrays, size_t at)",
            "What forward and backward take of the samples from `at` on.",
            tuple(
                f"part->{array} = arrays->{array} + {write_times(n, 'at')};"
                for array, n in entries.items()
            ),
        )

    def clear_results(self, name: str, entries: Mapping[str, int]) -> HelperCode:
        """Sums over no sample."""
        return HelperCode(
            f"void {name}(const {self.struct} *arrays)",
            "What no sample adds to.",
            tuple(f"clear_part(arrays->{array}, {n});" for array, n in entries.items()),
        )

    def place_results(self, name: str, places: Mapping[str, int]) -> HelperCode:
        """The arrays of a part that are added to others."""
        return HelperCode(
            f"void {name}({self.struct} *part, void *workspace)",
            "Where samples leave what is added to that of others.",
            tuple(f"part->{array} = room(workspace, {at});" for array, at in places.items()),
        )

    def add_results(self, name: str, entries: Mapping[str, int]) -> HelperCode:
        """Sums over the samples of two parts."""
        return HelperCode(
            f"void {name}(const {self.struct} *arrays, const {self.struct} *part, real share)",
            "Adds the share of a part to the whole.",
            tuple(
                f"add_part(arrays->{array}, part->{array}, {n}, share);"
                for array, n in entries.items()
            ),
        )


def write_times(entries: int, count: str) -> str:
    """So many entries for each of a count."""
    return count if entries == 1 else f"{entries} * {count}"
