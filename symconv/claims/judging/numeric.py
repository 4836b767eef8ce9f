"""Claims in numbers: recomputed in exact arithmetic from the values that are given."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assignment import World
from symconv.claims.evaluation.assignments import Exact, Values, values_world
from symconv.claims.evaluation.comparison import EQUAL, Question, agree, evaluated, is_constant
from symconv.claims.evaluation.decimals import entries, shown
from symconv.claims.evaluation.indices import Environment
from symconv.claims.evaluation.interval_algebra import Enclosures
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model import verdict as v
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.printed_numbers import EXACT, HALF_UNIT, OFF, TRUNCATED, literal, printed
from symconv.claims.model.tree import Number
from symconv.claims.model.verdict import Verdict
from symconv.core.errors import SymconvError

CLOSE = Fraction(1, 2**120)
AGREE = "the numbers agree with each other"


def constants(question: Question) -> Verdict:
    """A chain of numbers alone: arithmetic."""
    return judged(question, {}, brief=False)


def judged(question: Question, values: Values, *, brief: bool) -> Verdict:
    """Numbers against the network's numbers."""
    return Sums(question, values).verdict(brief=brief)


@dataclass
class Sums:
    """A chain worked out with a person's values."""

    question: Question
    values: Values
    notes: list[str] = field(default_factory=list)

    @cached_property
    def world(self) -> World:
        return values_world(self.question.facts, self.values)

    @cached_property
    def env(self) -> Environment:
        """The first value of each free index."""
        envs = self.question.environments(1)
        return envs[0] if envs else {}

    @cached_property
    def known(self) -> dict[int, Value]:
        """The parts that have a value; why the others have none is noted."""
        found = {}
        for n in range(len(self.question.statement.parts)):
            try:
                found[n] = evaluated(self.question, n, self.world, self.env, self.notes)
            except NotChecked as error:
                self.reasons[error.message] = None
        return found

    @cached_property
    def reasons(self) -> dict[str, None]:
        return {}

    @cached_property
    def asked(self) -> int | None:
        """The part whose value is the truth: one that names something of the network."""
        parts = self.question.statement.parts
        formulas = [n for n in self.known if literal(parts[n]) is None]
        named = [n for n in formulas if not is_constant(parts[n])]
        if all(is_constant(p) for p in parts):
            return (formulas or [0])[0]
        return (named or formulas)[0] if formulas and len(self.known) > 1 else None

    def verdict(self, *, brief: bool) -> Verdict:
        """Every other part against the truth."""
        asked = self.asked
        if asked is None:
            return Verdict(v.NOT_CHECKED, notes=(*self.notes, *self.reasons))
        found = {n: self.outcome(asked, n) for n in self.known if n != asked}
        off = next((n for n, outcome in found.items() if outcome == OFF), None)
        if off is not None:
            said = self._off(asked, off, brief=brief)
            return replace(said, notes=(*self.notes, *said.notes))
        notes = (*self.notes, *self.reasons)
        if self.arithmetic_alone(asked):
            return Verdict(v.NOT_CHECKED, notes=(*notes, AGREE))
        if TRUNCATED in found.values():
            return Verdict(v.PRINTED, notes=(*notes, "some digits are cut off, not rounded"))
        return Verdict(v.PRINTED if HALF_UNIT in found.values() else v.RIGHT, notes=notes)

    def arithmetic_alone(self, asked: int) -> bool:
        """Whether only numbers were compared, and what they are said to be has no value."""
        constants = [is_constant(p) for p in self.question.statement.parts]
        return constants[asked] and not all(constants)

    def _off(self, asked: int, n: int, *, brief: bool) -> Verdict:
        if brief:
            return Verdict(v.WRONG, truth=shown(self.known[asked]))
        from .wrong_numbers import explained

        return explained(self, asked, n)

    def outcome(self, asked: int, n: int) -> str:
        """How part n stands to part `asked`; what their bounds do not tell apart is the same."""
        digits = literal(self.question.statement.parts[n])
        found = OFF if digits is None else self.against(n, self.known[asked])
        if found != OFF:
            return found
        with suppress(SymconvError, Undefined):
            return OFF if self.apart(asked, n) else EXACT
        return self.against(n, self.known[asked])

    def apart(self, asked: int, n: int) -> bool:
        """Whether two parts differ by more than what is rounded, with many digits."""
        bounds = Enclosures().finer()
        return agree([self.under(asked, bounds)], [self.under(n, bounds)]) != EQUAL

    def against(self, n: int, truth: Value) -> str:
        """How the numbers of part n stand to a truth."""
        digits = literal(self.question.statement.parts[n])
        true, said = entries(truth), entries(self.known[n])
        if digits is not None and len(digits) == 1 and not digits[0].value:
            digits, said = digits * len(true), said * len(true)
        if len(true) != len(said):
            return OFF
        if digits is None:
            return EXACT if all(map(_close, true, said)) else OFF
        return worst(digits, true)

    def under(self, asked: int, algebra: Exact) -> Value:
        """The truth under another convention."""
        world = values_world(self.question.facts, self.values, algebra)
        return evaluated(self.question, asked, world, self.env)


def _close(a: Fraction, b: Fraction) -> bool:
    """Whether two numbers differ by no more than rounding, if their terms are not larger."""
    return abs(a - b) <= CLOSE * max(Fraction(1), abs(a), abs(b))


def worst(digits: Iterable[Number], true: Iterable[Fraction]) -> str:
    """The least exact of the printed numbers."""
    found = {printed(d, t) for d, t in zip(digits, true, strict=True)}
    return next(o for o in (OFF, TRUNCATED, HALF_UNIT, EXACT) if o in found)
