"""Claims in numbers: recomputed in exact arithmetic from the values that are given."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from symconv.claims.evaluation.arrays import ArrayValue, Value
from symconv.claims.evaluation.assign import ExactAlgebra, Values, assign_values
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import (
    EQUAL,
    Question,
    compare_everywhere,
    evaluate_part,
    is_constant,
)
from symconv.claims.evaluation.decimals import (
    EXACT,
    HALF_UNIT,
    OFF,
    TRUNCATED,
    classify_printed,
    find_literals,
    format_value,
    list_entries,
)
from symconv.claims.evaluation.evaluator import Evaluator
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.interval_algebra import IntervalAlgebra
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model import verdict as v
from symconv.claims.model.errors import NotChecked, ShapeMismatchError
from symconv.claims.model.evidence import TESTED, Evidence
from symconv.claims.model.syntax_tree import Numeral
from symconv.claims.model.verdict import Verdict
from symconv.core.errors import SymconvError

from .rounded_factors import ROUNDED, find_unrounded

CLOSE = Fraction(1, 2**120)
EXACT_NUMBERS = Evidence(TESTED, ("the numbers that are given, worked out exactly",), choices=1)
AGREE = "the numbers agree with each other"


def judge_constants(question: Question) -> Verdict:
    """A chain of numbers alone: arithmetic."""
    return judge_numbers(question, {}, brief=False)


def judge_numbers(question: Question, values: Values, *, brief: bool) -> Verdict:
    """Numbers against the network's numbers."""
    return NumericChain(question, values).verdict(brief=brief)


@dataclass
class NumericChain:
    """A chain worked out with a person's values."""

    question: Question
    values: Values
    notes: list[str] = field(default_factory=list)

    @cached_property
    def assignment(self) -> Assignment:
        return assign_values(self.question.context, self.values)

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
                found[n] = evaluate_part(self.question, n, self.assignment, self.env, self.notes)
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
        formulas = [n for n in self.known if find_literals(parts[n]) is None]
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
        found = {n: self.unrounded(asked, n) if o == OFF else o for n, o in found.items()}
        off = next((n for n, outcome in found.items() if outcome == OFF), None)
        if off is not None:
            said = self._off(asked, off, brief=brief)
            return replace(said, notes=(*self.notes, *said.notes))
        notes = (*self.notes, *self.reasons)
        if self.arithmetic_alone(asked):
            return Verdict(v.NOT_CHECKED, notes=(*notes, AGREE))
        if TRUNCATED in found.values():
            notes = (*notes, "some digits are cut off, not rounded")
        printed = {TRUNCATED, HALF_UNIT} & set(found.values())
        return Verdict(v.PRINTED if printed else v.RIGHT, notes=notes, evidence=EXACT_NUMBERS)

    def arithmetic_alone(self, asked: int) -> bool:
        """Whether only numbers were compared, and what they are said to be has no value."""
        constants = [is_constant(p) for p in self.question.statement.parts]
        return constants[asked] and not all(constants)

    def _off(self, asked: int, n: int, *, brief: bool) -> Verdict:
        if brief:
            return Verdict(v.WRONG, truth=format_value(self.known[asked]))
        from .wrong_numbers import explain_numbers

        return explain_numbers(self, asked, n)

    def outcome(self, asked: int, n: int) -> str:
        """How part n stands to part `asked`; what their bounds do not tell apart is the same."""
        digits = find_literals(self.question.statement.parts[n])
        found = OFF if digits is None else self.against(n, self.known[asked])
        if found != OFF:
            return found
        with suppress(SymconvError, Undefined):
            return OFF if self.apart(asked, n) else EXACT
        return self.against(n, self.known[asked])

    def unrounded(self, asked: int, n: int) -> str:
        """Half a unit off for a formula that gives the truth with the numbers it was rounded from.

        A number alone is no such formula, nor is anything where no values are given.
        """
        part = self.question.statement.parts[n]
        if find_literals(part) is not None or not is_constant(part):
            return OFF
        true = list_entries(self.known[asked])
        for exact in find_unrounded(part, self.assignment):
            with suppress(SymconvError, Undefined):
                evaluator = Evaluator(self.assignment, self.question.options)
                said = list_entries(evaluator.value(exact, self.env))
                if len(said) == len(true) and all(map(_is_close, true, said)):
                    self.notes.append(ROUNDED)
                    return HALF_UNIT
        return OFF

    def apart(self, asked: int, n: int) -> bool:
        """Whether two parts differ by more than what is rounded, with many digits."""
        bounds = IntervalAlgebra().finer()
        return compare_everywhere([self.under(asked, bounds)], [self.under(n, bounds)]) != EQUAL

    def against(self, n: int, truth: Value) -> str:
        """How the numbers of part n stand to a truth."""
        digits = find_literals(self.question.statement.parts[n])
        true, said = list_entries(truth), list_entries(self.known[n])
        _require_one_shape(truth, self.known[n])
        # 0 stands for an array of zeros.
        if digits is not None and len(digits) == 1 and not digits[0].value:
            digits, said = digits * len(true), said * len(true)
        if len(true) != len(said):
            return OFF
        if digits is None:
            return EXACT if all(map(_is_close, true, said)) else OFF
        return worst_printed(digits, true)

    def under(self, asked: int, algebra: ExactAlgebra) -> Value:
        """The truth under another convention."""
        assignment = assign_values(self.question.context, self.values, algebra)
        return evaluate_part(self.question, asked, assignment, self.env)


def _require_one_shape(truth: Value, said: Value) -> None:
    """ShapeMismatchError where as many numbers stand in another grid; a flat list fits any."""
    if not isinstance(truth, ArrayValue) or not isinstance(said, ArrayValue):
        return
    grids = truth.grid(), said.grid()
    if (
        len(truth.entries) == len(said.entries)
        and grids[0] != grids[1]
        and min(map(len, grids)) > 1
    ):
        shapes = [" x ".join(map(str, v.shape)) for v in (said, truth)]
        raise ShapeMismatchError(f"the numbers stand as {shapes[0]}, and the value is {shapes[1]}")


def _is_close(a: Fraction, b: Fraction) -> bool:
    """Whether two numbers differ by no more than rounding, if their terms are not larger."""
    return abs(a - b) <= CLOSE * max(Fraction(1), abs(a), abs(b))


def worst_printed(digits: Iterable[Numeral], true: Iterable[Fraction]) -> str:
    """How the least exact of the printed numbers stands to the true one."""
    found = {classify_printed(d, t) for d, t in zip(digits, true, strict=True)}
    return next(o for o in (OFF, TRUNCATED, HALF_UNIT, EXACT) if o in found)
