"""Whether the parts of a statement agree at all that its cover asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from symconv.claims.diagnosis.counterexample import Sides, draw_dense_points
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    EQUAL,
    SHAPES,
    Question,
    compare_everywhere,
    evaluate_part,
)
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.pattern_algebra import TooManyPatterns
from symconv.claims.model.budget import VERDICT_STEPS, OverBudget, limit_work, spend, steps_left
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.evidence import PROVED, TESTED, Evidence
from symconv.claims.proving.forms.budget import Budget as ProofBudget
from symconv.claims.proving.prove import Proof, prove_equality

from .cover import FREE, Arithmetic, Cover, has_choices
from .draws import draw, draw_with_gates
from .size_choices import SizeChoices, choose_sizes, find_size_needs

LAWS = "shown with exp(a + b) = exp(a) exp(b) and log(a b) = log a + log b"
UNCOVERED, UNDEFINED = "uncovered", "undefined"
TOO_MANY = "not every combination of switches and winners could be tried"
EXACT_STEPS = VERDICT_STEPS // 10
"""What the comparison in exact numbers may take; the secret prime says the same with less work."""

MOST_EXACT = 4
"""At how many values of the free indices, spread over all, exact numbers are compared."""

TRIED_FIRST = 2
"""At how many choices of sizes a claim is tried before a proof is looked for: that takes longer."""

OPEN_PROOF, CLOSED_PROOF = 8_000, 600
"""How many of its own steps a proof may take: for all sizes, and where the sizes are numbers.

Without one, open sizes are tried at a dozen choices, which takes longer; numbers are tried once,
and a right claim is to be judged in 50 ms.
"""

PROOF_STEPS = 40
"""What a step of a proof takes."""

BOUND = 1e-15
"""A bound on the chance that sides which differ agree modulo a prime of 61 bits.

It is the degree of the difference by 2^61, so below 1e-15 for any degree up to 2,000.
"""


class Outcome(NamedTuple):
    """Whether two parts agree, an assignment in which they do not, and at how many choices.

    `shown` is an assignment that says in which choices they differ, where one does.
    """

    kind: str
    assignment: Assignment | None = None
    why: str = ""
    trials: int = 0
    shown: Assignment | None = None


@dataclass
class Agreement:
    """The test of one statement at every choice of sizes; `notes` says how it was read."""

    question: Question
    network: DifferentiableNetwork
    notes: list[str] = field(default_factory=list)
    found: dict[int, Outcome] = field(default_factory=dict)
    proofs: dict[int, Proof] = field(default_factory=dict)

    def of_part(self, n: int) -> Outcome:
        """Whether part n agrees with the first one; an assignment in which it does not."""
        if n not in self.found:
            with limit_work(VERDICT_STEPS):
                self.found[n] = self._try_sizes(n)
        return self.found[n]

    def of_all(self) -> bool:
        """Whether all parts agree whatever the numbers are."""
        with suppress(NotChecked, Undefined):
            parts = range(1, len(self.question.statement.parts))
            return all(self.of_part(n).kind == EQUAL for n in parts)
        return False

    def evidence(self) -> Evidence:
        """What it rests on that all parts agree."""
        if self._proved:
            return Evidence(PROVED, tuple(dict.fromkeys(map(describe_proof, self.proofs.values()))))
        trials = sum(o.trials for o in self.found.values())
        covered, missed = dict.fromkeys(self._sizes_covered()), list(self._choices().missed)
        for cover in self._covers():
            covered |= dict.fromkeys(cover.covered())
            missed += [said] if (said := cover.sampled()) else []
        return Evidence(TESTED, tuple(covered), tuple(dict.fromkeys(missed)), trials, BOUND)

    def sampled(self) -> str:
        """A remark where not all values of the free indices are tried."""
        if self._proved:
            return ""
        return next((said for cover in self._covers() if (said := cover.sampled())), "")

    def _choices(self) -> SizeChoices:
        needs = find_size_needs(self.question.statement, self.question.context)
        return choose_sizes(self.network, needs)

    def _covers(self) -> Iterator[Cover]:
        """What has to be tried at each choice of sizes."""
        choices = self._choices()
        for context in choices:
            yield Cover(replace(self.question, context=context), choices.planned)

    def _sizes_covered(self) -> Iterator[str]:
        """`4 choices of sizes (H 2..9, N 1..5)`."""
        contexts = self._choices().found
        if not contexts[0].sizes:
            return
        ranges = []
        for symbol, _ in contexts[0].sizes:
            values = [c.size_map[symbol] for c in contexts]
            ranges.append(f"{symbol} {min(values)}..{max(values)}")
        yield f"{len(contexts)} choices of sizes ({', '.join(ranges)})"

    @property
    def _proved(self) -> bool:
        """Whether every part that was compared is proved to be equal to the first one."""
        return bool(self.found) and self.found.keys() == self.proofs.keys()

    def _prove(self, n: int) -> bool:
        """Whether part n and the first one have one normal form."""
        most = OPEN_PROOF if self.question.context.sizes else CLOSED_PROOF
        budget = ProofBudget(min(most, steps_left() // (2 * PROOF_STEPS)))
        before = budget.left
        proof = prove_equality(self.question, n, budget)
        spend(PROOF_STEPS * (before - max(0, budget.left)))
        if proof is not None:
            self.proofs[n] = proof
        return proof is not None

    def _try_sizes(self, n: int) -> Outcome:
        trials, tried_first = 0, min(TRIED_FIRST, self._choices().planned)
        for number, cover in enumerate(self._covers()):
            outcome = Trial(cover, n, self.notes, first=number == 0).outcome()
            if outcome.kind != EQUAL:
                return outcome
            trials += outcome.trials
            # Looked for only where the claim seems right, and not relied on alone.
            if number + 1 == tried_first and self._prove(n):
                return Outcome(EQUAL, trials=trials)
        if self._choices().missed:
            missed = ", ".join(self._choices().missed)
            return Outcome(
                UNCOVERED, why=f"equal at every size that was tried; not tried: {missed}"
            )
        return Outcome(EQUAL, trials=trials)


def describe_proof(proof: Proof) -> str:
    """`one normal form for all sizes H, W (H >= 1, W >= 1)`."""
    if not proof.sizes:
        return "both sides have one normal form"
    given = f" ({', '.join(proof.assumptions)})" if proof.assumptions else ""
    return f"both sides have one normal form for all {', '.join(proof.sizes)}{given}"


@dataclass
class Trial:
    """Part n against the first one, at one choice of sizes."""

    cover: Cover
    n: int
    notes: list[str]
    first: bool = True

    @property
    def question(self) -> Question:
        return self.cover.question

    @cached_property
    def envs(self) -> Sequence[Environment]:
        """The values of the free indices."""
        return self.question.environments(self.cover.most_values, self.cover.numbers)

    def outcome(self) -> Outcome:
        """Equal in one of the arithmetics, or how the sides differ."""
        found: list[Outcome] = []
        for arithmetic in self.cover.arithmetics:
            outcome = self._in_arithmetic(arithmetic)
            if outcome.kind == EQUAL and arithmetic.laws and LAWS not in self.notes:
                self.notes.append(LAWS)
            if outcome.kind in {EQUAL, SHAPES}:
                return outcome
            found.append(outcome)
        if any(o.kind == UNCOVERED for o in found):
            return self._without_patterns()
        different = [o for o in found if o.kind == DIFFERENT]
        if not different:
            raise Undefined("1/0 or log(0)")
        # A mistake is looked for where switches are 0 or 1, if such numbers show the difference.
        coins = self._with_coins() if has_choices(self.question.context) else None
        return (coins or different[-1])._replace(shown=different[-1].assignment)

    def _in_arithmetic(self, arithmetic: Arithmetic) -> Outcome:
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

    def _first(self, assignments: Iterable[Assignment]) -> Outcome:
        """How the parts compare in the first assignment in which both have values."""
        for assignment in assignments:
            try:
                return self._compare(assignment)
            except Undefined:
                continue
            except TooManyPatterns:
                return Outcome(UNCOVERED)
        return Outcome(UNDEFINED)

    def _compare(self, assignment: Assignment) -> Outcome:
        """How the parts compare at all values of the free indices."""
        for env in self.envs:
            a = evaluate_part(self.question, 0, assignment, env, self.notes)
            b = evaluate_part(self.question, self.n, assignment, env, self.notes)
            kind = compare_everywhere([a], [b])
            if kind != EQUAL:
                return Outcome(kind, assignment)
        return Outcome(EQUAL, assignment, trials=len(self.envs))

    def _holds_exactly(self) -> bool:
        """Whether exact numbers do not tell the sides apart; not asked where it costs too much."""
        with suppress(OverBudget), limit_work(EXACT_STEPS):
            return not any(
                Sides(self.question, 0, self.n, env).differ(point)
                for env in self.envs[:: max(1, len(self.envs) // MOST_EXACT)]
                for point in islice(draw_dense_points(self.question.context), 1)
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
