"""What was judged before, so that a text that changes in one place is judged anew there only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from symconv.claims.model.budget import DIAGNOSIS_STEPS, VERDICT_STEPS, spend, steps_left
from symconv.claims.model.verdict import Verdict
from symconv.claims.readings.ambiguity import Choices

MOST_REMEMBERED = 20_000
"""How many verdicts are kept: some open texts with as many statements as a text may have lines."""

WHOLE_BUDGET = VERDICT_STEPS + DIAGNOSIS_STEPS
"""What a statement may take. One that has less left may get another verdict, and is not kept."""


@dataclass(frozen=True)
class RememberedVerdict:
    """A verdict, the meanings that its notations had, and the work that it took, in steps."""

    verdict: Verdict
    choices: Choices
    steps: int


@dataclass
class VerdictMemory:
    """Verdicts by all that they depend on; the ones that were asked for last are kept.

    `before` is called before a statement is judged, and may end the work by an exception of its
    own. `judged` and `recalled` count the statements that were and that had not to be.
    """

    before: Callable[[], None] = lambda: None
    kept: OrderedDict[Hashable, RememberedVerdict] = field(default_factory=OrderedDict)
    judged: int = 0
    recalled: int = 0

    def find(
        self, key: Hashable, judge: Callable[[], tuple[Verdict, Choices]]
    ) -> tuple[Verdict, Choices]:
        """The verdict of a key with its meanings, judged where it is not known.

        What is known takes as many steps as it took, so that a text has the same verdicts however
        often it was changed.
        """
        left = steps_left()
        found = self.kept.get(key)
        if found is not None and left >= WHOLE_BUDGET:
            self.recalled += 1
            self.kept.move_to_end(key)
            spend(found.steps)
            return found.verdict, copy_choices(found.choices)
        self.before()
        self.judged += 1
        verdict, choices = judge()
        if left >= WHOLE_BUDGET:
            taken = left - steps_left()
            self.kept[key] = RememberedVerdict(verdict, copy_choices(choices), taken)
            if len(self.kept) > MOST_REMEMBERED:
                self.kept.popitem(last=False)
        return verdict, choices


def copy_choices(choices: Choices) -> Choices:
    """The same choices; what a later reading meets does not change them."""
    return Choices(choices.fixed, dict(choices.met))
