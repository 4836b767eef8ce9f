"""Numbers that come out well: drawn with a seed, measured by a rule, the best of them taken.

The rule: a number p/q weighs |p| + q - 1 where q <= 12; any other weighs `ROUNDED`, and a 0 of a
gradient or of what is given weighs `NOTHING`. A draw weighs the mean over all entries of all
tensors, forward and backward. Draws at which the cost has a kink are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from random import Random
from typing import Any

from symconv.api import Network
from symconv.claims.judging.size_choices import reading_context
from symconv.core.errors import SymconvError
from symconv.semantics.algebra import Reals
from symconv.semantics.run import run_program
from symconv.trace.input_tables import Values
from symconv.trace.numbers import ExactOrFloat, Number, round_decimal
from symconv.trace.random_values import draw_tables, nest_table

LARGEST_BELOW = 12
"""The largest denominator of a simple fraction: thirds, quarters and twelfths are."""

NOTHING = 8
"""What a 0 weighs: as much as a number that is large for an exercise; it shows nothing."""

ROUNDED = 200
"""What a number weighs that has to be rounded: more than any that a person would calculate with."""

EMPTY = 500
"""What a gradient weighs that is 0 everywhere, as behind a saturated sigmoid: it asks nothing."""

LEAST = 0.01
"""A gradient whose entries are all smaller counts as 0: of four decimals two are left."""

RANGES = ((-3, 3), (-2, 2), (-1, 2))
"""From where to where numbers are drawn, in turn; small ranges let values coincide."""

DRAWS, MORE_DRAWS = 24, 360
"""How many draws are weighed; where all have rounded numbers, how many more are tried.

The three logits of a softmax are equal, and its values thirds, in one of some fifty draws.
"""

FEW = 14
"""How many given numbers a network has at most in which more draws may find what is not rounded."""

MOST_GIVEN = 120
"""The most given numbers of an exercise: a person reads no more."""

DIRECTIONS = 2
"""In how many directions a kink is looked for; one misses it only by a rare coincidence."""

STEP, BEND = 1e-6, 1e-3
"""The step of one-sided slopes, and from which difference of both on there is a kink."""

NEAR = 1e-9
"""A float is the fraction that it is that close to: both were computed with 53 bits."""

DIGITS = 4
"""To how many decimals a number is rounded that is no simple fraction."""


def choose_numbers(network: Network, seed: str, used: list[Values]) -> Values:
    """The draw of a seed that comes out best, and that is none of those that are used.

    SymconvError where sizes are open, numbers are many, or no draw has a value without a kink.
    """
    _refuse_unsuited(network)
    weighed = sorted(_weigh_draws(network, seed), key=lambda pair: pair[0])
    smooth = [t for _, t in weighed if t not in used and not has_kink(network, t)][:1]
    smooth = smooth or [t for _, t in weighed if not has_kink(network, t)][:1]
    if not smooth:
        raise SymconvError(
            "no small numbers were found at which the network has a value and no kink",
            help="take a smaller network",
        )
    return smooth[0]


def _refuse_unsuited(network: Network) -> None:
    program = network.program
    if free := sorted(map(str, program.free_sizes)):
        raise SymconvError(
            f"an exercise needs numbers for the sizes {', '.join(free)}",
            help="write them into the network text: input x 3x3 | conv w 2x2 -> z | ...",
        )
    if not program.tensor(program.output).scalar:
        raise SymconvError("an exercise needs a cost at its end", help="add | half_sse t -> C")
    count = sum(len(t) for t in draw_tables(network, lambda _: 0, lambda: 0.0).values())
    if count > MOST_GIVEN:
        raise SymconvError(
            f"the network has {count} given numbers, more than a person calculates with",
            help=f"at most {MOST_GIVEN}: take a smaller image or fewer channels",
        )


def _weigh_draws(network: Network, seed: str) -> Iterator[tuple[float, Values]]:
    """Draws with what they weigh; more of them while all have rounded numbers."""
    source = Random(seed)  # noqa: S311 - an exercise, no secret
    best, few = float(ROUNDED), False
    for number in range(DRAWS + MORE_DRAWS):
        if number >= DRAWS and not (few and best >= ROUNDED / 2):
            return
        low, high = RANGES[number % len(RANGES)]
        tables = _draw_one(network, source, low, high)
        few = sum(map(len, tables.values())) <= FEW
        with suppress(ZeroDivisionError, ValueError, OverflowError):
            found = run_program(network.backward().program, {}, tables, ExactOrFloat())
            weight = _weigh(network, found | tables)
            best = min(best, weight)
            yield weight, tables


def _draw_one(network: Network, source: Random, low: int, high: int) -> Values:
    """Whole numbers for all that is given; targets that are probabilities name one class."""
    tables = draw_tables(network, lambda u: low + int(u * (high - low + 1)), source.random)
    for key, axis in reading_context(network).probability_targets.items():
        extent = int(network.program.tensor(key).shape[axis])
        chosen: dict[tuple[int, ...], int] = {}
        for place in tables[key]:
            others = place[:axis] + place[axis + 1 :]
            if others not in chosen:
                chosen[others] = int(source.random() * extent)
        tables[key] = {p: int(p[axis] == chosen[p[:axis] + p[axis + 1 :]]) for p in tables[key]}
    return tables


def _weigh(network: Network, tables: Mapping[str, Mapping[Any, Number]]) -> float:
    tensors = network.backward().program.by_key
    shown = [k for k in tables if tensors[k].role not in {"target", "mask"}]
    costs = [
        NOTHING if not value and tensors[key].role != "value" else weigh_number(value)
        for key in shown
        for value in tables[key].values()
    ]
    empty = any(
        tensors[k].is_derivative and all(abs(float(v)) < LEAST for v in tables[k].values())
        for k in shown
    )
    # One number that has to be rounded is enough: a draw without any is always better.
    rounded = ROUNDED if max(costs) >= ROUNDED else 0
    return EMPTY * empty + rounded + sum(costs) / len(costs)


def weigh_number(value: Number) -> float:
    """What a number weighs: |p| + q - 1 for p/q with a small q, `ROUNDED` where there is none."""
    simple = find_fraction(value)
    if simple is None:
        return ROUNDED
    return min(abs(simple.numerator) + simple.denominator - 1, ROUNDED - 1)


def find_fraction(value: Number) -> Fraction | None:
    """The simple fraction that a number is; None where it is none."""
    if isinstance(value, float):
        if not isfinite(value):
            return None
        near = Fraction(value).limit_denominator(LARGEST_BELOW)
        return near if abs(near - Fraction(value)) < NEAR else None
    found = Fraction(value)
    return found if found.denominator <= LARGEST_BELOW else None


def write_number(value: Number) -> str:
    """A number as an answer gives it: `-3/2`, or rounded to four decimals."""
    simple = find_fraction(value)
    return str(simple) if simple is not None else round_decimal(value, DIGITS)


def has_kink(network: Network, tables: Values) -> bool:
    """Whether the cost bends at the given numbers: its slopes forwards and backwards differ.

    Tried in `DIRECTIONS` directions that are drawn: a kink lies across almost every one.
    """
    program, output = network.program, network.program.output
    source = Random(0)  # noqa: S311 - directions, no secret
    moving = [k for k in sorted(tables) if program.tensor(k).role != "target"]

    def cost(by: float, direction: Mapping[str, Mapping[Any, float]]) -> float:
        moved = {
            k: {p: v + by * direction[k][p] if k in direction else v for p, v in t.items()}
            for k, t in tables.items()
        }
        return float(run_program(program, {}, moved, Reals(), wanted=[output])[output][(0,)])

    for _ in range(DIRECTIONS):
        way = {k: {p: source.random() - 0.5 for p in tables[k]} for k in moving}
        below, here, above = (cost(by, way) for by in (-STEP, 0, STEP))
        right, left = (above - here) / STEP, (here - below) / STEP
        if abs(right - left) > BEND * (1 + abs(right)):
            return True
    return False


def list_values(tables: Values) -> dict[str, Any]:
    """The tables as a file of values has them."""
    return {key: nest_table(table) for key, table in tables.items()}
