"""Whether two parts of a statement agree at one choice of sizes, in all that its cover asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from symconv.claims.diagnosis.counterexample import PointRuns, Sides, draw_dense_points
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    EQUAL,
    SHAPES,
    Question,
    compare_everywhere,
)
from symconv.claims.evaluation.evaluator import Evaluator
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.modular_field import NoRoot, Undefined
from symconv.claims.evaluation.pattern_algebra import TooManyPatterns
from symconv.claims.model.budget import (
    VERDICT_STEPS,
    OverBudget,
    give_back,
    limit_work,
    steps_left,
)
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import SyntaxNode

from .cover import (
    ANGLES,
    EXPONENTIALS,
    FREE,
    Cover,
    TrialField,
    has_choices,
    has_quotients,
    has_switches,
    uses,
    uses_index_values,
)
from .draws import draw, draw_shut, draw_with_gates
from .size_comparisons import compares_sizes

LAWS = "shown with exp(a + b) = exp(a) exp(b) and log(a b) = log a + log b"
ANGLE_LAWS = "shown with sin(a + b) = sin a cos b + cos a sin b and cos(a + b) likewise"
UNCOVERED, UNDEFINED = "uncovered", "undefined"
NO_ENTRY = "none of the entries that this is about exists"
NEVER_EQUAL = "equal where it was tried; that two numbers it compares by = are equal was never met"
SIZES_COMPARED = "equal at every size that was tried; it compares sizes, and may differ at others"
DIVIDED = "equal where it has a value; where a switch is off, 1/0 appears"
TOO_MANY = "not every combination of switches and winners could be tried"
EXACT_STEPS = VERDICT_STEPS // 10
"""What the comparison in exact numbers may take; the secret prime says the same with less work."""

MOST_EXACT = 4
"""At how many values of the free indices, spread over all, exact numbers are compared."""


class Outcome(NamedTuple):
    """Whether two parts agree, an assignment in which they do not, and at how many choices.

    `shown` is an assignment that says in which choices they differ, where one does, and `env` has
    the values of the free indices.
    """

    kind: str
    assignment: Assignment | None = None
    why: str = ""
    trials: int = 0
    shown: Assignment | None = None
    env: Environment | None = None


MOST_GIVEN_BACK = VERDICT_STEPS
"""How much work on draws without a root is not counted, so that many of them end in time, too."""


@dataclass
class Trial:
    """Part n against the first one, at one choice of sizes; `most` values of the free indices."""

    cover: Cover
    n: int
    notes: list[str]
    first: bool = True
    most: int | None = None
    never_met: Sequence[SyntaxNode] = ()

    @property
    def question(self) -> Question:
        return self.cover.question

    @cached_property
    def envs(self) -> Sequence[Environment]:
        """The values of the free indices."""
        most = self.cover.most_values if self.most is None else self.most
        return self.question.environments(most, self.cover.numbers)[: self.most]

    def outcome(self) -> Outcome:
        """Equal in one of the arithmetics, or how the sides differ."""
        if not self.envs:
            raise NotChecked(NO_ENTRY)
        found: list[Outcome] = []
        for arithmetic in self.cover.arithmetics:
            outcome = self._in_arithmetic(arithmetic)
            if outcome.kind == EQUAL and arithmetic.laws:
                self.notes += [said for said in self._laws() if said not in self.notes]
            if outcome.kind == SHAPES:
                return outcome
            if outcome.kind == EQUAL:
                return self._confirmed(outcome)
            found.append(outcome)
        if any(o.kind == UNCOVERED for o in found):
            return self._without_patterns()
        different = [o for o in found if o.kind == DIFFERENT]
        if not different:
            raise Undefined("1/0 or log(0)")
        # A mistake is looked for where switches are 0 or 1, if such numbers show the difference.
        coins = self._with_coins() if has_choices(self.question.context) else None
        return (coins or different[-1])._replace(shown=different[-1].assignment)

    def _laws(self) -> Iterator[str]:
        """The laws that the functions of the statement have."""
        if uses(self.question.statement, EXPONENTIALS):
            yield LAWS
        if uses(self.question.statement, ANGLES):
            yield ANGLE_LAWS

    def _in_arithmetic(self, arithmetic: TrialField) -> Outcome:
        """The first draw that has a value, modulo the secret prime.

        What differs there differs modulo the known prime, which is the same in every process, or is
        a multiple of it. At the first choice of sizes it is asked for in exact numbers, too.
        """
        found = self._first(draw(self.question.context, arithmetic, secret=True))
        if found.kind == DIFFERENT:
            known = self._first(draw(self.question.context, arithmetic, secret=False))
            return known if known.kind == DIFFERENT else found
        if found.kind == EQUAL and self.first and not self._holds_exactly():
            return Outcome(DIFFERENT, found.assignment)
        return found

    def _confirmed(self, outcome: Outcome) -> Outcome:
        """Equal, unless that leaves open what could matter."""
        if not self._has_values():
            return Outcome(UNCOVERED, why=DIVIDED)
        if compares_sizes(self.question):
            return Outcome(UNCOVERED, why=SIZES_COMPARED)
        if self.never_met:
            return Outcome(UNCOVERED, why=NEVER_EQUAL)
        if self.cover.sampled() and uses_index_values(self.question):
            return Outcome(UNCOVERED, why=f"equal where it was tried; {self.cover.sampled()}")
        return outcome

    def _has_values(self) -> bool:
        """Whether nothing is divided by what is 0 as soon as a switch is off."""
        question = self.question
        if not (has_switches(question.context) and has_quotients(question.statement)):
            return True
        try:
            self._compare(draw_shut(question.context))
        except Undefined:
            return False
        return True

    def _first(self, assignments: Iterable[Assignment]) -> Outcome:
        """How the parts compare in the first assignment in which both have values."""
        spare = MOST_GIVEN_BACK
        for assignment in assignments:
            before = steps_left()
            try:
                return self._compare(assignment)
            except NoRoot:
                # Chance decides how many draws have no root, and must not decide the verdict.
                wasted = min(before - steps_left(), spare)
                spare -= wasted
                give_back(wasted)
            except Undefined:
                continue
            except TooManyPatterns:
                return Outcome(UNCOVERED)
        return Outcome(UNDEFINED)

    def _compare(self, assignment: Assignment) -> Outcome:
        """How the parts compare at all values of the free indices."""
        present, met = False, dict[SyntaxNode, bool]()
        for env in self.envs:
            sides = [Evaluator(assignment, self.question.options) for _ in (0, self.n)]
            parts = [self.question.statement.parts[n] for n in (0, self.n)]
            a, b = (at.value(part, env) for at, part in zip(sides, parts, strict=True))
            self.notes += [x for at in sides for x in at.notes if x not in self.notes]
            kind = compare_everywhere([a], [b])
            if kind != EQUAL:
                return Outcome(kind, assignment, env=env)
            present = present or any(at.work.present for at in sides)
            present = present or not any(at.work.absent for at in sides)
            for node, here in (x for at in sides for x in at.work.equalities.items()):
                met[node] = met.get(node, False) or here
        if not present:
            raise NotChecked(NO_ENTRY)
        self.never_met = [node for node, once in met.items() if not once]
        return Outcome(EQUAL, assignment, trials=len(self.envs))

    def _holds_exactly(self) -> bool:
        """Whether exact numbers do not tell the sides apart; not asked where it costs too much."""
        context = self.question.context
        with suppress(OverBudget), limit_work(EXACT_STEPS):
            runs = PointRuns(context, next(draw_dense_points(context)))
            return not any(
                Sides(self.question, 0, self.n, env).differ_in(runs)
                for env in self.envs[:: max(1, len(self.envs) // MOST_EXACT)]
            )
        return True

    def _with_coins(self) -> Outcome | None:
        """The first assignment of switches by coins in which the sides differ."""
        for assignment in draw_with_gates(self.question.context):
            with suppress(Undefined):
                outcome = self._compare(assignment)
                if outcome.kind != EQUAL:
                    return outcome
        return None

    def _without_patterns(self) -> Outcome:
        """Too many combinations to multiply out: free numbers show more, coins show less."""
        free = self._in_arithmetic(FREE)
        coins = self._with_coins()
        if coins is not None or free.kind == SHAPES:
            return coins or free
        # What holds for any numbers in place of 0 and 1 holds for those. A number that is 0 because
        # a switch is off has no side, and of those the coins have met many.
        if free.kind == EQUAL:
            return free
        return Outcome(UNCOVERED, why=TOO_MANY)
