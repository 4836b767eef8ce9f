"""Random sizes and entries at which a result is evaluated, to compare an operation with it.

No entry is 0, 1 or -1: x, 1 - x and 1 + x may be divided by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from random import Random

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.errors import Unsupported
from symconv.core.tensor import key_of
from symconv.semantics.algebra import Exact
from symconv.semantics.index_arithmetic import Sizes, as_integer, evaluate_size
from symconv.semantics.interpret import interpret
from symconv.semantics.sizes import SizeDraws
from symconv.semantics.work import count_terms

from .grids import Place

SEEDS = (1, 2, 3)
"""One draw of sizes and entries for each.

A multiple of 3 keeps clear of strides of 1 and of padding 0.
"""

MOST_PLACES, FEWEST_PLACES = 60, 2
"""How many places of a result a draw compares: at most, and at least where each is a long sum.

A formula that is wrong at one place in ten passes 60 of them with a probability of 0.2%.
"""

ENOUGH_PLACES = 20
"""From so many places on a second draw at the same sizes is not needed: entries are drawn from 16
numbers, so what is not equal agrees at one place in some ten by chance, and at 20 never."""

MOST_TERMS = 20_000
"""About the most terms that a trial adds up; long sums are compared at fewer places."""

MOST_ENTRIES, MOST_ENTRIES_AGAIN = 100_000, 10_000
"""The most entries that are drawn where sizes can be chosen, and beyond which one draw is enough.

Drawing 100,000 takes 0.2 s.
"""

MOST_FIXED = 400_000
"""The most entries that a trial draws where sizes are numbers; more are not tried, nor stated."""

VALUES = tuple(sign * n for sign in (-1, 1) for n in range(2, 10))
Entries = Callable[[Mapping[Symbol, int]], int]
Operation = Callable[["SamplePoint"], Entries]


@dataclass(frozen=True)
class SamplePoint:
    """Sizes and an entry for every place of every tensor that an equation reads."""

    sizes: Sizes
    grids: Mapping[str, Mapping[Place, int]]

    def whole(self, e: Expr) -> int:
        return as_integer(e, self.sizes)

    def grid(self, access: Indexed) -> Mapping[Place, int]:
        return self.grids[key_of(access)]


def confirm_operation(
    draws: SizeDraws, equation: Equation, coefficient: Expr, claim: Operation
) -> bool:
    """Whether the equation is coefficient * claim at random sizes and entries, border included.

    `draws` are the sizes of the program that the equation is from.
    """
    return all(
        _agrees(_draw_sample(draws, equation, s), equation, coefficient, claim)
        for s in _seeds(draws, equation)
    )


def _seeds(draws: SizeDraws, equation: Equation) -> tuple[int, ...]:
    """The draws to compare at; one where sizes are numbers and that one says enough.

    Then every draw compares the same places, with other entries.
    """
    if draws.program.free_sizes:
        return SEEDS
    sizes = draws.pick(SEEDS[0])
    places = prod(as_integer(n, sizes) for _, n in equation.ranges)
    enough = min(places, _most_places(equation, sizes)) >= ENOUGH_PLACES
    large = count_entries(equation, sizes) > MOST_ENTRIES_AGAIN
    return SEEDS[:1] if enough or large else SEEDS


def _draw_sample(draws: SizeDraws, equation: Equation, seed: int) -> SamplePoint:
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    sizes = draws.pick(seed, lambda sizes: count_entries(equation, sizes) <= MOST_ENTRIES)
    if count_entries(equation, sizes) > MOST_FIXED:
        raise Unsupported(f"{count_entries(equation, sizes):,} entries are too many to draw")
    grids = {
        key_of(a): _random_grid([as_integer(n, sizes) for n in a.base.shape], random)
        for a in _accesses(equation)
    }
    return SamplePoint(sizes, grids)


def _random_grid(shape: list[int], random: Random) -> dict[Place, int]:
    """A random value for every place of an array."""
    values = random.choices(VALUES, k=prod(shape))
    return dict(zip(product(*map(range, shape)), values, strict=True))


def _accesses(equation: Equation) -> list[Indexed]:
    return sorted(equation.rhs.atoms(Indexed), key=str)


def count_entries(equation: Equation, sizes: Sizes) -> int:
    """How many entries the tensors have that an equation reads."""
    total = 0
    for access in _accesses(equation):
        count = 1
        for n in access.base.shape:
            count *= as_integer(n, sizes)
        total += count
    return total


def _most_places(equation: Equation, sizes: Sizes) -> int:
    """The most places at which a draw compares, fewer where each is a long sum."""
    terms = max(1, count_terms(equation.rhs, sizes))
    return max(FEWEST_PLACES, min(MOST_PLACES, MOST_TERMS // terms))


def _agrees(trial: SamplePoint, equation: Equation, coefficient: Expr, claim: Operation) -> bool:
    variables = [v for v, _ in equation.ranges]
    value = interpret(equation.rhs, variables, trial.sizes, trial.grids, Exact())
    entry = claim(trial)
    factor = evaluate_size(coefficient, trial.sizes)
    places = list(product(*(range(trial.whole(n)) for _, n in equation.ranges)))
    most = _most_places(equation, trial.sizes)
    if len(places) > most:
        # The first and the last place are corners, where windows are cut off.
        inside = Random(0).sample(places, most)  # noqa: S311 - test numbers
        places = [places[0], places[-1], *inside]
    return all(
        Fraction(value(place)) == factor * entry(dict(zip(variables, place, strict=True)))
        for place in places
    )
