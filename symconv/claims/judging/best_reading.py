"""Which of several readings is shown: a right one, then what is read, then what is not."""

from __future__ import annotations

from dataclasses import replace

from symconv.claims.model import verdict as v
from symconv.claims.model.verdict import Cause, Verdict
from symconv.claims.readings.ambiguity import Choices

SETTLED = {v.RIGHT, v.PRINTED}
RANKS = (v.RIGHT, v.PRINTED, v.CONDITION, v.UNDETERMINED, v.WRONG)
"""Of two readings the better one is shown, and what is read before what is not.

Wrong comes after undetermined: what may be right in one reading is not wrong in all of them.
"""


def rank_reading(found: Verdict, choices: Choices) -> int:
    """The place of a verdict among those of other readings, the best first."""
    # A wrong claim that another reading would only excuse under a condition stays wrong, unless the
    # reading itself is the condition.
    excused = found.verdict == v.CONDITION and not choices.find_condition()
    judged = v.WRONG if excused else found.verdict
    return RANKS.index(judged) if judged in RANKS else len(RANKS)


def state_condition(found: Verdict, choices: Choices) -> Verdict:
    """The verdict on what is right in a meaning that nobody may presume."""
    condition = choices.find_condition()
    if condition is None or found.verdict not in SETTLED:
        return found
    name, text = condition
    return replace(found, verdict=v.CONDITION, causes=(Cause(name, text, condition=True),))
