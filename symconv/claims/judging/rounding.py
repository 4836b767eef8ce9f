"""Rounding on the way: whether a claim follows from rounded intermediate results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor
from typing import TYPE_CHECKING

from symconv.claims.evaluation.assignment import World
from symconv.claims.evaluation.assignments import values_world
from symconv.claims.evaluation.comparison import evaluated
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.verdict import Cause
from symconv.core.errors import SymconvError

if TYPE_CHECKING:
    from .wrong_numbers import WrongNumbers

PLACES = (2, 3, 4, 5)


@dataclass(frozen=True)
class Rounded:
    """How intermediate results were rounded: by `cut` off or to the nearest."""

    places: int
    cut: bool

    def __call__(self, x: Fraction) -> Fraction:
        unit = Fraction(1, 10**self.places)
        if self.cut:
            return floor(abs(x) / unit) * unit * (1 if x > 0 else -1)
        return floor(x / unit + Fraction(1, 2)) * unit

    def __str__(self) -> str:
        return f"{'cut off' if self.cut else 'rounded'} after {self.places} decimals"


STYLES = (None, *(Rounded(p, c) for p in PLACES for c in (False, True)))


def rounded(wrong: WrongNumbers) -> Iterator[Cause]:
    """The first way of rounding forward values, error signals or both that gives the claim."""
    sums = wrong.sums
    for forward, signals in product(STYLES, repeat=2):
        if forward is None and signals is None:
            continue
        with suppress(SymconvError, Undefined):
            world = values_world(sums.question.facts, sums.values)
            _round_all(world, {"value": forward, "delta": signals})
            if wrong.fits(evaluated(sums.question, wrong.asked, world, sums.env)):
                said = (("values", forward), ("error signals", signals))
                text = " and ".join(f"{what} {how}" for what, how in said if how)
                yield Cause("rounding", f"the method is right; {text} on the way")
                return


def _round_all(world: World, how: dict[str, Rounded | None]) -> None:
    """Compute the tensors one by one and round each."""
    given = {k: dict(t) for k, t in world.given.items()}
    world.given = given
    for tensor in world.facts.program.tensors:
        style = how.get(tensor.role)
        if style is not None:
            with suppress(NotChecked):
                table = world.table(tensor.key)
                given[tensor.key] = {p: style(x) for p, x in table.items()}
