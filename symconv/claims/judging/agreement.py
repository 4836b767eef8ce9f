"""Whether the parts of a statement agree at all that its cover asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from symconv.claims.diagnosis.boundary_cases import find_boundary_cause
from symconv.claims.evaluation.assignment import SMALLER
from symconv.claims.evaluation.comparison import DIFFERENT, EQUAL, Question
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.budget import VERDICT_STEPS, OverBudget, limit_work, spend, steps_left
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.errors import NotChecked, TooMuchWork
from symconv.claims.model.evidence import PROVED, TESTED, Evidence
from symconv.claims.model.verdict import Cause
from symconv.claims.proving.forms.budget import ProofBudget
from symconv.claims.proving.prove import Proof, prove_equality

from .cover import Cover
from .presence import has_entries
from .size_choices import SizeChoices, choose_sizes, find_size_needs
from .trial import NO_ENTRY, UNCOVERED, Outcome, Trial

TRIED_FIRST = 2
"""At how many choices of sizes a claim is tried before a proof is looked for: that takes longer."""

LOOKED_AT = 4
"""At how many choices these may be, where some take too long."""

SHORT_TRIALS = (3, 1)
"""At how many values of the free indices a claim is tried at least before a proof alone decides.

Where the sums of a formula are long, one value has to do.
"""

OPEN_PROOF, CLOSED_PROOF = 8_000, 600
"""How many of its own steps a proof may take: for all sizes, and where the sizes are numbers.

Without one, open sizes are tried at a dozen choices, which takes longer; numbers are tried once,
and a right claim is to be judged in 50 ms.
"""

PROOF_STEPS = 40
"""What a step of a proof takes."""

NO_NUMBERS = "no numbers are tried: the network is too large"

BOUND = 1e-15
"""A bound on the chance that sides which differ agree modulo a prime of 61 bits.

It is the degree of the difference by 2^61, so below 1e-15 for any degree up to 2,000.
"""


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
                large = self.question.context.is_too_large
                self.found[n] = self._prove_alone(n) if large else self._try_sizes(n)
        return self.found[n]

    def of_all(self) -> bool:
        """Whether all parts agree whatever the numbers are."""
        with suppress(NotChecked, Undefined):
            parts = range(1, len(self.question.statement.parts))
            return all(self.of_part(n).kind == EQUAL for n in parts)
        return False

    @cached_property
    def edge(self) -> Cause | None:
        """The convention on ties or kinks on which the statement depends, if it is right."""
        return find_boundary_cause(self.question)

    def evidence(self) -> Evidence:
        """What it rests on that all parts agree."""
        if self.is_proved:
            return Evidence(PROVED, tuple(dict.fromkeys(map(describe_proof, self.proofs.values()))))
        if self.question.context.is_too_large:
            return Evidence(TESTED, missed=(NO_NUMBERS,))
        trials = sum(o.trials for o in self.found.values())
        covered, missed = dict.fromkeys(self._sizes_covered()), list(self._choices().missed)
        sampled: list[str] = []
        for cover in self._covers():
            covered |= dict.fromkeys(cover.covered())
            sampled += [said] if (said := cover.sampled()) else []
        if sampled:
            more = f" (and so at {len(sampled) - 1} other choices of sizes)"
            missed.append(sampled[0] + (more if len(sampled) > 1 else ""))
        return Evidence(TESTED, tuple(covered), tuple(dict.fromkeys(missed)), trials, BOUND)

    def sampled(self) -> str:
        """A remark where not all values of the free indices are tried."""
        if self.is_proved or self.question.context.is_too_large:
            return ""
        return next((said for cover in self._covers() if (said := cover.sampled())), "")

    def _choices(self) -> SizeChoices:
        needs = find_size_needs(self.question.statement, self.question.context)
        return choose_sizes(self.network, needs)

    def _covers(self) -> Iterator[Cover]:
        """What has to be tried at each choice of sizes."""
        choices, summing = self._choices(), self.question.context.summing
        for drawn in choices:
            context = drawn.with_summing_targets if summing else drawn
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
    def is_proved(self) -> bool:
        """Whether every part that was compared is proved to be equal to the first one."""
        return bool(self.found) and self.found.keys() == self.proofs.keys()

    def prove(self, n: int) -> bool:
        """Whether part n and the first one have one normal form."""
        most = OPEN_PROOF if self.question.context.sizes else CLOSED_PROOF
        budget = ProofBudget(min(most, steps_left() // (2 * PROOF_STEPS)))
        before = budget.left
        proof = prove_equality(self.question, n, budget)
        spend(PROOF_STEPS * (before - max(0, budget.left)))
        if proof is None:
            return False
        self.proofs[n] = proof
        self.found[n] = Outcome(EQUAL)
        return True

    def _prove_alone(self, n: int) -> Outcome:
        """On a network that is too large to be run nothing is tried: what is proved is right."""
        if not has_entries(self.question):
            raise NotChecked(NO_ENTRY)
        if self.prove(n):
            self.notes += [NO_NUMBERS] if NO_NUMBERS not in self.notes else []
            return self.found[n]
        return Outcome(UNCOVERED, why=f"{self.question.context.says_too_large}: {SMALLER}")

    def _try_sizes(self, n: int) -> Outcome:
        if self.question.context.sizes and (found := self._try_briefly(n)) is not None:
            return found
        trials = 0
        for number, cover in enumerate(self._covers()):
            outcome = self._try(cover, n, first=number == 0)
            if outcome.kind == UNCOVERED and self.prove(n):
                return Outcome(EQUAL)
            if outcome.kind != EQUAL or n in self.proofs:
                return outcome
            trials += outcome.trials
            # Looked for only where the claim seems right, and not relied on alone.
            if not self.question.context.sizes and self.prove(n):
                return Outcome(EQUAL, trials=trials)
        if self._choices().missed:
            missed = ", ".join(self._choices().missed)
            return Outcome(
                UNCOVERED, why=f"equal at every size that was tried; not tried: {missed}"
            )
        return Outcome(EQUAL, trials=trials)

    def _try_briefly(self, n: int) -> Outcome | None:
        """Open sizes: a few values at two choices of them, and a proof where these are equal.

        It is a fraction of the work of trying all, and says more; None where it decides nothing.
        """
        equal: list[Outcome] = []
        for cover in islice(self._covers(), LOOKED_AT):
            # What has no entry or no value at a few may have one at others.
            try:
                equal.append(self._try_few(cover, n))
            except (NotChecked, Undefined):
                return None
            except OverBudget:
                continue
            if equal[-1].kind not in {EQUAL, UNCOVERED}:
                return None
            if len(equal) == TRIED_FIRST:
                break
        if not equal or not self.prove(n):
            return None
        return Outcome(EQUAL, trials=sum(outcome.trials for outcome in equal))

    def _try(self, cover: Cover, n: int, *, first: bool) -> Outcome:
        """The trial at one choice of sizes; where it takes too long, a short one and a proof."""
        try:
            with limit_work(steps_left() // 2):
                return Trial(cover, n, self.notes, first=first).outcome()
        except (OverBudget, TooMuchWork):
            short = self._try_few(cover, n)
            # What was tried at a few values alone is right only where a proof says so.
            if short.kind == DIFFERENT or (short.kind == EQUAL and self.prove(n)):
                return short
            raise

    def _try_few(self, cover: Cover, n: int) -> Outcome:
        """The trial at as many values of the free indices as there is time for."""
        for most in SHORT_TRIALS:
            with suppress(OverBudget, TooMuchWork), limit_work(steps_left() // 4):
                return Trial(cover, n, self.notes, first=False, most=most).outcome()
        raise OverBudget


def describe_proof(proof: Proof) -> str:
    """`one normal form for all sizes H, W (H >= 1, W >= 1)`."""
    if not proof.sizes:
        return "both sides have one normal form"
    given = f" ({', '.join(proof.assumptions)})" if proof.assumptions else ""
    return f"both sides have one normal form for all {', '.join(proof.sizes)}{given}"
