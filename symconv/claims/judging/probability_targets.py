"""Claims about a cross entropy: its targets are probabilities, which sum to 1.

The derivative of C = -sum_q t_q log p_q is p_i sum_q t_q - t_i, for any numbers t. That everybody
writes p_i - t_i is right because the targets are probabilities. They need not be 0 and 1: what is
right for one class alone, such as p_i - t_i^2, stays wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symconv.claims.evaluation.assign import assign_values
from symconv.claims.evaluation.evaluator import Options
from symconv.claims.evaluation.summing_targets import targets_do_sum
from symconv.claims.model import verdict as v
from symconv.claims.model.verdict import Cause, Verdict

from .interpretations import Interpretation, choose_interpretation
from .judge import Judge
from .size_choices import reading_context

TARGETS_SUM = Cause(
    "targets_sum_to_one",
    "right if the targets of every sample sum to 1, as probabilities do (one class alone, or "
    "several)",
    condition=True,
)
SUM_GIVEN = "the targets that are given sum to 1 in every sample"
NO_SUM_GIVEN = "right if the targets summed to 1; those that are given do not"


def judge_with_probabilities(
    judge: Judge, found: Sequence[Interpretation], *, brief: bool
) -> tuple[Verdict, Options, tuple[str, ...]]:
    """The verdict on a claim that is wrong for arbitrary targets, with its reading.

    What is wrong for targets that sum to 1, too, is explained by such targets: there p - t is one
    term, and a forgotten sign is a forgotten sign.
    """
    summing = replace(judge, summing=True)
    options, note = choose_interpretation(
        found, lambda options: bool(summing.verdict(options, brief=True))
    )
    answer = summing.verdict(options, brief=brief)
    holds = bool(summing.verdict(options, brief=True))
    if not holds and answer.verdict != v.CONDITION:
        return answer, options, note
    context = reading_context(judge.network)
    known = targets_do_sum(context, assign_values(context, judge.values).given)
    if known is None:
        causes = (TARGETS_SUM, *answer.causes) if holds else (*answer.causes, TARGETS_SUM)
        return replace(answer, verdict=v.CONDITION, causes=causes), options, note
    if known:
        return replace(answer, notes=(*answer.notes, SUM_GIVEN)), options, note
    wrong = judge.verdict(options, brief=brief)
    return replace(wrong, notes=(*wrong.notes, NO_SUM_GIVEN)), options, note
