"""Numbers that do not fit: a convention, a broken rule, rounding, signs, or arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor
from typing import TYPE_CHECKING

from symconv.claims.diagnosis.boundary_cases import LAST_MAXIMUM, RELU_SLOPE, point_to_step
from symconv.claims.diagnosis.causes import find_causes, keep_telling
from symconv.claims.diagnosis.wrong_part import WrongPart
from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assign import assign_values
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import evaluate_part, is_constant
from symconv.claims.evaluation.decimals import (
    OFF,
    describe_differences,
    find_literals,
    format_value,
    list_entries,
)
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.rational_algebra import Rationals
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import OverBudget
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import Numeral
from symconv.claims.model.verdict import Cause, Verdict
from symconv.core.errors import SymconvError

from .numeric import worst_printed

if TYPE_CHECKING:
    from .numeric import NumericChain

CONVENTIONS = ((Rationals(1), RELU_SLOPE), (Rationals(last_wins=True), LAST_MAXIMUM))


def explain_numbers(sums: NumericChain, asked: int, n: int) -> Verdict:
    """The verdict on part `n`, whose numbers are not those of part `asked`, with its causes."""
    wrong = WrongNumbers(sums, asked, n)
    every: list[Cause] = []
    sources = (wrong.conventions, wrong.mistakes, lambda: by_rounding(wrong), wrong.signs)
    # The numbers are wrong whether or not there is enough left to say why.
    with suppress(OverBudget):
        for source in sources:
            every.extend(source())
    found = keep_telling(every)
    truth = sums.known[asked]
    if not found and is_constant(sums.question.statement.parts[asked]):
        found = [Cause("arithmetic", f"the arithmetic gives {format_value(truth)}")]
    return Verdict(
        v.CONDITION if found and found[0].condition else v.WRONG,
        truth=format_value(truth),
        causes=tuple(found),
        counterexample=describe_differences(truth, sums.known[n]),
        step=found[0].where if found else "",
    )


@dataclass(frozen=True)
class WrongNumbers:
    """Part n of a chain, whose numbers are not those of part `asked`."""

    sums: NumericChain
    asked: int
    n: int

    def fits(self, truth: Value) -> bool:
        """Whether a truth would make the claim right."""
        return self.sums.against(self.n, truth) != OFF

    def conventions(self) -> Iterator[Cause]:
        """Right with relu'(0) = 1, or with the last of equal maxima."""
        for algebra, cause in CONVENTIONS:
            with suppress(SymconvError, Undefined):
                if self.fits(self.sums.under(self.asked, algebra)):
                    yield point_to_step(cause, self.sums.question.context)

    def mistakes(self) -> list[Cause]:
        """The broken rules that reproduce the numbers."""
        sums = self.sums
        wrong_part = WrongPart(
            sums.question,
            self.asked,
            self.n,
            sums.assignment,
            (sums.env,),
            lambda x: self.fits(x[0]),
        )
        with suppress(SymconvError, Undefined):
            return list(find_causes(wrong_part))
        return []

    def signs(self) -> Iterator[Cause]:
        """The right sizes with some signs turned, under either value of relu'(0)."""
        digits = find_literals(self.sums.question.statement.parts[self.n])
        # Of two numbers, both with the right size, wrong signs would explain too much.
        if digits is None or len(digits) < 3:
            return
        for slope in (0, 1):
            with suppress(SymconvError, Undefined):
                truth = list_entries(self.sums.under(self.asked, Rationals(slope)))
                if _same_sizes(truth, digits):
                    yield _wrong_signs_cause(truth, digits, slope)
                    return


def _same_sizes(truth: list[Fraction], digits: list[Numeral]) -> bool:
    if len(truth) != len(digits):
        return False
    return worst_printed([Numeral(abs(d.value), d.unit) for d in digits], map(abs, truth)) != OFF


def _wrong_signs_cause(truth: list[Fraction], digits: list[Numeral], slope: int) -> Cause:
    pairs = zip(truth, digits, strict=True)
    wrong = ", ".join(str(k) for k, (a, b) in enumerate(pairs, start=1) if a * b.value < 0)
    said = f"the signs of entries {wrong} are turned"
    if slope:
        text = f"relu'(0) = 1 is used; here relu'(0) = 0; and {said}"
        return Cause("relu_at_zero", text)
    return Cause("arithmetic", said)


DECIMAL_PLACES = (2, 3, 4, 5)
"""The decimals to which people round on the way.

With one decimal almost any claim would be explained, and with six the printed digits would not show
it.
"""


@dataclass(frozen=True)
class Rounding:
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


ROUNDINGS = (None, *(Rounding(p, c) for p in DECIMAL_PLACES for c in (False, True)))


def by_rounding(wrong: WrongNumbers) -> Iterator[Cause]:
    """The first way of rounding values, error signals or both on the way that gives the claim."""
    sums = wrong.sums
    if not _may_be_rounded(wrong):
        return
    for forward, signals in product(ROUNDINGS, repeat=2):
        if forward is None and signals is None:
            continue
        with suppress(SymconvError, Undefined):
            assignment = assign_values(sums.question.context, sums.values)
            _round_all(assignment, {"value": forward, "delta": signals})
            if wrong.fits(evaluate_part(sums.question, wrong.asked, assignment, sums.env)):
                said = (("values", forward), ("error signals", signals))
                text = " and ".join(f"{what} {how}" for what, how in said if how)
                yield Cause("rounding", f"the method is right; {text} on the way")
                return


FARTHEST, SMALLEST = Fraction(1, 2), Fraction(1, 20)
"""By what share of itself a number moves at most when those before it are rounded, and a number
below which it may move by all of itself."""


def _may_be_rounded(wrong: WrongNumbers) -> bool:
    """Whether rounding changes any number on the way, and the claim is near enough to the truth."""
    sums = wrong.sums
    true, said = list_entries(sums.known[wrong.asked]), list_entries(sums.known[wrong.n])
    if len(true) != len(said):
        return False
    if any(abs(a - b) > max(abs(a) * FARTHEST, SMALLEST) for a, b in zip(true, said, strict=True)):
        return False
    coarse = 10 ** DECIMAL_PLACES[0]
    tables = sums.assignment.known.values()
    return any((x * coarse).denominator != 1 for table in tables for x in table.values())


def _round_all(assignment: Assignment, how: dict[str, Rounding | None]) -> None:
    """Compute the tensors one by one and round each."""
    given = {k: dict(t) for k, t in assignment.given.items()}
    assignment.given = given
    for tensor in assignment.context.program.tensors:
        style = how.get(tensor.role)
        if style is not None:
            with suppress(NotChecked):
                table = assignment.table(tensor.key)
                given[tensor.key] = {p: style(x) for p, x in table.items()}
