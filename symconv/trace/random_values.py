"""Numbers for a network that has none yet: small ones, drawn with a seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any

from sympy import Symbol

from symconv.core.equation import checkable_labels
from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text
from symconv.semantics.algebra import Reals
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.run import run_program
from symconv.semantics.sizes import define_sizes

from .input_tables import MOST_NUMBERS, Values, evaluate_extent
from .numbers import Number

if TYPE_CHECKING:
    from symconv.api import Network

SMALL = "small"
"""How numbers that come out well are asked for; a file may be `./small`."""

SMALL_DRAWS = 30
"""How many draws the one whose numbers come out well is chosen from: the shortest of thirty."""

MOST_SMALL = 400
"""Up to so many numbers are drawn that often; for more, what comes out is not read anyway."""

REQUEST = re.compile(r"random:([0-9]{1,9})")
"""How random numbers are asked for; nine digits are more seeds than anybody tries."""


@dataclass(frozen=True)
class RandomKind:
    """Numbers of one kind: what they are in words, and the one for a draw from 0 up to 1."""

    words: str
    number: Callable[[float], Number]


KINDS = (
    RandomKind("whole numbers from -3 to 3", lambda u: int(u * 7) - 3),
    RandomKind("whole numbers from 1 to 3", lambda u: int(u * 3) + 1),
    RandomKind("eighths between 0 and 1", lambda u: Fraction(int(u * 7) + 1, 8)),
)
"""The first kind at which every value exists is taken; the others are for roots and logarithms."""


@dataclass(frozen=True)
class RandomValues:
    """Numbers for everything that a network takes, by name, and how they were chosen."""

    values: Mapping[str, Any]
    words: str


def is_random_request(text: str) -> bool:
    """Whether a text asks for numbers: `random:7`, or `small`; a file may be `./random:7`."""
    return text.startswith("random:") or text == SMALL


def draw_values(network: Network, request: str | int) -> RandomValues:
    """Small random numbers for inputs, weights and targets: `random:7`, or the seed 7 alone.

    Whole numbers from -3 to 3, or positive ones where a value would not exist otherwise; a target
    of class labels is one of the classes. A seed gives the same numbers in every run, on every
    machine. `small` is the draw of thirty, from -2 to 2, whose forward pass is the shortest to
    write. SymconvError where a seed is none, where a size is open, and where no kind of number has
    a value.
    """
    if request == SMALL:
        return _draw_small(network)
    seed, sizes = _parse_seed(request), _known_sizes(network)
    labels = _count_classes(network)
    for kind in KINDS:
        # `random()` alone gives the same numbers in every version of Python.
        source = Random(seed)  # noqa: S311 - an example, no secret
        values = draw_tables(network, kind.number, source.random)
        with suppress(ZeroDivisionError, ValueError, OverflowError):
            run_program(network.program, sizes, values, Reals())
            classes = "; labels are classes" if labels else ""
            words = f"Drawn at random (seed {seed}): {kind.words}{classes}."
            return RandomValues({k: nest_table(table) for k, table in values.items()}, words)
    raise SymconvError(
        "the network has no value at small random numbers", help="give numbers: --values FILE"
    )


def _known_sizes(network: Network) -> dict[Symbol, int]:
    """The sizes that are computed; SymconvError where one is open."""
    free = sorted(map(str, network.program.free_sizes))
    if free:
        raise SymconvError(
            f"random numbers need numbers for the sizes {', '.join(free)}",
            help="write them into the network text: input x 6x6 | conv w 3x3 | ...",
        )
    sizes: dict[Symbol, int] = {}
    define_sizes(network.program.sizes, sizes)
    return sizes


def _draw_small(network: Network) -> RandomValues:
    """The draw whose forward pass takes the fewest characters, and has few zeros."""
    sizes = _known_sizes(network)
    best: tuple[int, Values] | None = None
    for seed in range(SMALL_DRAWS):
        source = Random(seed)  # noqa: S311 - an example, no secret
        values = draw_tables(network, lambda u: int(u * 5) - 2, source.random)
        with suppress(ZeroDivisionError, ValueError, OverflowError):
            length = _written_length(run_program(network.program, sizes, values, Reals()), values)
            best = (length, values) if best is None or length < best[0] else best
        if sum(map(len, values.values())) > MOST_SMALL:
            break
    if best is None:
        return draw_values(network, 0)
    tables = {k: nest_table(table) for k, table in best[1].items()}
    return RandomValues(tables, "Small whole numbers from -2 to 2 that come out well.")


def _written_length(*runs: Mapping[str, Mapping[Place, Any]]) -> int:
    """The characters of all numbers; a zero counts five, as it hides what it is multiplied by."""
    numbers = [v for tables in runs for table in tables.values() for v in table.values()]
    return sum(len(str(v)) if v else 5 for v in numbers)


def _parse_seed(request: str | int) -> int:
    text = f"random:{request}" if isinstance(request, int) else request
    found = REQUEST.fullmatch(text)
    if found is None:
        raise SymconvError(
            f"{quote_text(text)} has no seed", help="a number of up to nine digits, as random:7"
        )
    return int(found[1])


def _count_classes(network: Network) -> dict[str, int]:
    """How many classes each target of labels chooses from."""
    found = checkable_labels(network.program.equations)
    return {key: evaluate_extent(count, {}, key) for key, (count, *_) in found.items()}


def draw_tables(
    network: Network, number: Callable[[float], Number], source: Callable[[], float]
) -> Values:
    """A table for every tensor that is given, in their order; labels are among the classes.

    `source` answers draws from 0 up to 1, of which `number` makes numbers.
    """
    found, labels = Values(), _count_classes(network)
    for tensor in network.program.given:
        shape = [evaluate_extent(n, {}, tensor.key) for n in tensor.shape]
        if prod(shape) > MOST_NUMBERS:
            raise SymconvError(f"'{tensor.key}' has more than {MOST_NUMBERS:,} numbers")
        count = labels.get(tensor.key)
        one = number if count is None else lambda u, count=count: int(u * count)
        found[tensor.key] = {place: one(source()) for place in product(*(range(n) for n in shape))}
    return found


def nest_table(table: Mapping[Place, Number]) -> Any:
    """A table as nested lists, as a file of values has it; fractions as `3/8`."""
    found: Any = []
    for place, value in table.items():
        level = found
        for index in place[:-1]:
            if index == len(level):
                level.append([])
            level = level[index]
        level.append(value if isinstance(value, int) else str(value))
    return found
