"""How many rooms of the house a trip enters: from a text to code, from a claim to its verdict.

    python benchmarks/rooms.py [--calls]

A room is the first folder below `symconv/`; the files directly in it (`api.py`) are one room,
`root`. Each trip is made twice in one process and counted the second time, by `sys.setprofile`, so
that imports and what is made once are left out; so are the frames of modules and of comprehensions.
A move is a call from one room into another. `--calls` tells who opens each door: for each room, the
calls by which it is entered, and how often. The exit code is 1 where a trip is over its goal.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import symconv
from symconv import Network

HOUSE = f"{Path(symconv.__file__).parent}/"
INSIDE = {"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
"""Frames that are parts of the function around them (Python before 3.12), or of an import."""

CLASSIFIER = (
    "input x Nx1x8x8 | conv w 3x3 channels 2 bias b -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 3 bias beta -> h | cross_entropy t -> C"
)
FORUM = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
RIGHT = "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
WRONG = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"


@dataclass(frozen=True)
class Trip:
    """A trip: where it starts, what is then counted, and the most rooms that it may enter."""

    name: str
    prepare: Callable[[], Any]
    travel: Callable[[Any], Any]
    most: int | None = None


@dataclass
class Footprints:
    """The calls of one trip inside the house: of which files, and from which room into which."""

    calls: Counter[CodeType] = field(default_factory=Counter)
    doors: Counter[tuple[CodeType | None, CodeType]] = field(default_factory=Counter)

    def follow(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a call, if it is one of ours; this is the profile function."""
        code = frame.f_code
        if event != "call" or code.co_name in INSIDE or not _is_ours(code):
            return
        self.calls[code] += 1
        caller = _caller(frame)
        if caller is None or room(caller) != room(code):
            self.doors[caller, code] += 1

    @property
    def files(self) -> set[str]:
        """The files whose functions were called."""
        return {code.co_filename for code in self.calls}

    @property
    def rooms(self) -> list[str]:
        """The rooms that were entered, in the order in which they were first entered."""
        return list(dict.fromkeys(map(room, self.calls)))

    @property
    def moves(self) -> int:
        """The calls from one room into another."""
        return sum(count for (caller, _), count in self.doors.items() if caller is not None)


def room(code: CodeType) -> str:
    """The room of a function: the first folder below the package, or `root`."""
    folder, *rest = code.co_filename.removeprefix(HOUSE).split("/")
    return folder if rest else "root"


def place(code: CodeType | None) -> str:
    """A function in words: its file and its name."""
    if code is None:
        return "the caller"
    name = re.sub(r"\.<locals>\.<\w+>", "", code.co_qualname)
    return f"{code.co_filename.removeprefix(HOUSE)}:{name}"


def _is_ours(code: CodeType) -> bool:
    """Whether a function stands in a Python file of the package; templates, too, become code."""
    return code.co_filename.startswith(HOUSE) and code.co_filename.endswith(".py")


def _caller(frame: FrameType) -> CodeType | None:
    """The nearest function of ours that a frame was called from, through other libraries, too."""
    behind = frame.f_back
    while behind is not None and not _is_ours(behind.f_code):
        behind = behind.f_back
    return None if behind is None else behind.f_code


def footprints(trip: Trip) -> Footprints:
    """The calls of the second time that a trip is made."""
    trip.travel(trip.prepare())
    start, found = trip.prepare(), Footprints()
    sys.setprofile(found.follow)
    try:
        trip.travel(start)
    finally:
        sys.setprofile(None)
    return found


def trips() -> tuple[Trip, ...]:
    """The trips of a stranger, with the goals of the house."""

    def text() -> str:
        return CLASSIFIER

    def forum() -> Network:
        return Network.parse(FORUM, notation="flat1")

    return (
        Trip("text to fast module", text, lambda t: Network.parse(t).numpy_source("fast"), 9),
        Trip("right claim to verdict", forum, lambda net: net.check(RIGHT), 8),
        Trip("wrong claim to verdict", forum, lambda net: net.check(WRONG), 8),
        Trip("text to LaTeX", text, lambda t: Network.parse(t).derivation().latex()),
    )


def show_doors(found: Footprints) -> None:
    """By which calls each room is entered, the most frequent first."""
    for name in found.rooms:
        print(f"    {name}")
        entered = [(pair, n) for pair, n in found.doors.most_common() if room(pair[1]) == name]
        for (caller, code), count in entered:
            print(f"        {count:>6}  {place(caller)} -> {place(code)}")


def main() -> int:
    """Print the table; 1 where a trip is over its goal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", action="store_true", help="by which calls rooms are entered")
    wanted = parser.parse_args()
    over = False
    print(f"{'trip':<24}{'files':>6}{'rooms':>6}{'goal':>6}{'moves':>8}{'calls':>9}  rooms")
    for trip in trips():
        found = footprints(trip)
        count = len(found.rooms)
        over = over or (trip.most is not None and count > trip.most)
        print(
            f"{trip.name:<24}{len(found.files):>6}{count:>6}{trip.most or '-':>6}"
            f"{found.moves:>8}{found.calls.total():>9}  {' '.join(found.rooms)}"
        )
        if wanted.calls:
            show_doors(found)
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
