"""The verdict on a statement that is understood: a formula, numbers, or a chain of both."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from symconv.claims.diagnosis.boundary_cases import (
    DEAD_RELU,
    holds_where_relu_is_off,
    point_to_step,
)
from symconv.claims.diagnosis.explain import (
    PartDifference,
    confirm_difference,
    explain_difference,
    explain_nonzero,
)
from symconv.claims.evaluation.assign import Values, match_tensor_key
from symconv.claims.evaluation.comparison import EQUAL, Question, is_constant, states_zero
from symconv.claims.evaluation.evaluator import Options
from symconv.claims.model import verdict as v
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import Statement, TensorReference
from symconv.claims.model.verdict import Verdict

from . import numeric
from .agreement import Agreement
from .size_choices import reading_context
from .size_claims import is_size_claim, judge_sizes
from .trial import UNCOVERED

JUDGED = {"claim", "update"}

Tests = dict[tuple[object, ...], Agreement]
"""The tests that were made, by the network, the statement, and how this is taken."""


@dataclass
class Judge:
    """Judges one statement about a network.

    `summing` says that the targets of a cross entropy sum to 1. `confirms` says that exact numbers
    have to show what is wrong; without, what they would leave open is called wrong, too. `tests`
    may be shared by all judges of one text.
    """

    network: DifferentiableNetwork
    values: Values
    statement: Statement
    kind: str
    explain: bool = True
    summing: bool = False
    confirms: bool = True
    tests: Tests = field(default_factory=dict)

    def verdict(self, options: Options, *, brief: bool) -> Verdict:
        """The verdict under one choice of what the statement means; `brief` leaves out why."""
        statement, context = self.statement, reading_context(self.network)
        context = context.with_summing_targets if self.summing else context
        question = Question(statement, context, options)
        if self.kind in JUDGED and is_size_claim(statement, context):
            return judge_sizes(question, self.agreement(question))
        constants = [is_constant(p) for p in statement.parts]
        if all(constants):
            return numeric.judge_constants(question)
        # A number that holds for all entries (a sum of softmax weights is 1) needs no values.
        if any(constants) and self.agreement(question).of_all():
            return Verdict(v.RIGHT, evidence=self.agreement(question).evidence())
        names = {
            n.letter for p in statement.parts for n in p.walk() if isinstance(n, TensorReference)
        }
        own = set(self.values) - set(context.layers)
        if any(constants) and not names & own and self.is_of_zero(question, constants):
            return self.symbolic(question, brief=brief)
        if any(constants) or self.kind == "given value" or names & own:
            return self.mixed(question, constants, brief=brief)
        return self.symbolic(question, brief=brief)

    def is_of_zero(self, question: Question, constants: list[bool]) -> bool:
        """Whether something is said to be 0, where no values of the network are known."""
        known = any(match_tensor_key(name, question.context) is not None for name in self.values)
        zeros = (states_zero(question, n) for n, constant in enumerate(constants) if constant)
        return self.kind in JUDGED and not known and all(zeros)

    def agreement(self, question: Question) -> Agreement:
        """The test of a question in random assignments, made once."""
        options, statement = question.options, question.statement
        taken = options.base, options.delta, options.star, options.rate, options.kernel
        key = (id(self.network), self.summing, statement.is_code, statement.parts, *taken)
        if key not in self.tests:
            self.tests[key] = Agreement(question, self.network)
        return self.tests[key]

    def mixed(self, question: Question, constants: list[bool], *, brief: bool) -> Verdict:
        """A chain of formulas and numbers: the formulas first, then the numbers."""
        statement = question.statement
        formulas = tuple(p for p, c in zip(statement.parts, constants, strict=True) if not c)
        with suppress(NotChecked):
            if len(formulas) > 1:
                local = replace(question, statement=replace(statement, parts=formulas))
                found = self.symbolic(local, brief=brief)
                if found.verdict == v.WRONG or (found.verdict == v.CONDITION and not self.values):
                    return found
        found = numeric.judge_numbers(question, self.values, brief=brief)
        if found.verdict == v.NOT_CHECKED and holds_where_relu_is_off(question):
            return Verdict(
                v.CONDITION, causes=(point_to_step(DEAD_RELU, question.context),), notes=found.notes
            )
        return found

    def explained(self, difference: PartDifference, notes: Sequence[str]) -> Verdict:
        """The verdict on a part that differs."""
        parts = difference.question.statement.parts
        if any(is_constant(parts[k]) for k in (0, difference.n)):
            return explain_nonzero(difference, notes)
        said = explain_difference if self.explain else confirm_difference
        return said(difference, notes)

    def symbolic(self, question: Question, *, brief: bool) -> Verdict:
        """A claim in letters."""
        agreement = self.agreement(question)
        notes = agreement.notes
        for n in range(1, len(question.statement.parts)):
            outcome = agreement.of_part(n)
            if outcome.kind == UNCOVERED:
                open_notes = (*notes, outcome.why)
                return Verdict(v.UNDETERMINED, notes=open_notes, evidence=agreement.evidence())
            if outcome.kind == EQUAL:
                continue
            assert outcome.assignment is not None, "a difference shows itself somewhere"
            if brief or not self.confirms:
                return Verdict(v.WRONG, notes=tuple(notes))
            difference = PartDifference(
                question, n, outcome.kind, outcome.assignment, outcome.shown, outcome.env
            )
            found = self.explained(difference, notes)
            # What no example shows may be right for a reason that no draw knows.
            if found.verdict != v.UNDETERMINED or not agreement.prove(n):
                return found
        # What is proved holds at ties and kinks, too: no rule of the normal form leaves them out.
        settled = brief or agreement.is_proved
        edge, evidence = None if settled else agreement.edge, agreement.evidence()
        if edge is not None:
            causes = (edge,)
            return Verdict(
                v.CONDITION, causes=causes, notes=tuple(notes), step=edge.where, evidence=evidence
            )
        tried = agreement.sampled()
        return Verdict(v.RIGHT, notes=tuple(notes), tried=tried, evidence=evidence)
