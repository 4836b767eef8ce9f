"""Numbers that do not fit: a convention, a broken rule, rounding, signs, or arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.diagnosis.boundary_cases import LAST, SLOPE, pointed
from symconv.claims.diagnosis.causes import causes
from symconv.claims.diagnosis.wrong_part import Suspect
from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.comparison import is_constant
from symconv.claims.evaluation.decimals import entries, entry_by_entry, shown
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.rational_algebra import Rationals
from symconv.claims.model import verdict as v
from symconv.claims.model.printed_numbers import OFF, literal
from symconv.claims.model.tree import Number
from symconv.claims.model.verdict import Cause, Verdict
from symconv.core.errors import SymconvError

from .numeric import worst
from .rounding import rounded

if TYPE_CHECKING:
    from .numeric import Sums

CONVENTIONS = ((Rationals(1), SLOPE), (Rationals(last_wins=True), LAST))


def explained(sums: Sums, asked: int, n: int) -> Verdict:
    """Why part n is not the truth."""
    wrong = WrongNumbers(sums, asked, n)
    found = list(_once([*wrong.conventions(), *wrong.mistakes(), *rounded(wrong), *wrong.signs()]))
    truth = sums.known[asked]
    if not found and is_constant(sums.question.statement.parts[asked]):
        found = [Cause("arithmetic", f"the arithmetic gives {shown(truth)}")]
    return Verdict(
        v.CONDITION if found and found[0].condition else v.WRONG,
        truth=shown(truth),
        causes=tuple(found),
        counterexample=entry_by_entry(truth, sums.known[n]),
        step=found[0].where if found else "",
    )


def _once(found: Iterable[Cause]) -> Iterable[Cause]:
    """The causes without those that are named twice."""
    kept: dict[str, Cause] = {}
    for cause in found:
        kept.setdefault(cause.name, cause)
    return kept.values()


@dataclass(frozen=True)
class WrongNumbers:
    """Part n of a chain, whose numbers are not those of part `asked`."""

    sums: Sums
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
                    yield pointed(cause, self.sums.question.facts)

    def mistakes(self) -> list[Cause]:
        """The broken rules that reproduce the numbers."""
        sums = self.sums
        suspect = Suspect(
            sums.question, self.asked, self.n, sums.world, (sums.env,), lambda x: self.fits(x[0])
        )
        with suppress(SymconvError, Undefined):
            return list(causes(suspect))
        return []

    def signs(self) -> Iterator[Cause]:
        """The right sizes with some signs turned, under either value of relu'(0)."""
        digits = literal(self.sums.question.statement.parts[self.n])
        if digits is None or len(digits) < 3:
            return
        for slope in (0, 1):
            with suppress(SymconvError, Undefined):
                truth = entries(self.sums.under(self.asked, Rationals(slope)))
                if _same_sizes(truth, digits):
                    yield _turned(truth, digits, slope)
                    return


def _same_sizes(truth: list[Fraction], digits: list[Number]) -> bool:
    if len(truth) != len(digits):
        return False
    return worst([Number(abs(d.value), d.unit) for d in digits], map(abs, truth)) != OFF


def _turned(truth: list[Fraction], digits: list[Number], slope: int) -> Cause:
    pairs = zip(truth, digits, strict=True)
    wrong = ", ".join(str(k) for k, (a, b) in enumerate(pairs, start=1) if a * b.value < 0)
    said = f"the signs of entries {wrong} are turned"
    if slope:
        text = f"relu'(0) = 1 is used; here relu'(0) = 0; and {said}"
        return Cause("relu_at_zero", text)
    return Cause("arithmetic", said)
