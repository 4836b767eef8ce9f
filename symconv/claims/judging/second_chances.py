"""What is wrong as it stands: right with weights the other way, a bias a position, a word more?

Each answers the verdict on a claim under one further assumption, which is said as its condition.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from symconv.claims.diagnosis.function_repairs import repair_shapes
from symconv.claims.evaluation.index_expressions import UntiedError
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import OverBudget
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import ShapeMismatchError
from symconv.claims.model.loose_forms import complete_update, write_entries
from symconv.claims.model.substitution import (
    find_sample_weights,
    rewrite_positioned_bias,
    share_positioned_bias,
    transpose_weights,
)
from symconv.claims.model.syntax_tree import Statement
from symconv.claims.model.verdict import Cause, Verdict
from symconv.core.errors import SymconvError

UNTIED = Cause(
    "untied_bias",
    "right if every position has a bias of its own; this network shares one bias, and its "
    "gradient is the sum over all positions",
)
UNTIED_WRONG = "not right either if every position has a bias of its own"
WEIGHT_LAYOUT = Cause(
    "weight_layout",
    "right if the weights are stored as inputs x outputs, y = x W; this network has y = W x, so "
    "its weights are the transpose",
)


class StatementJudge(Protocol):
    """Gives the verdict on a statement; `brief` leaves out why it is wrong."""

    def __call__(self, statement: Statement, *, brief: bool) -> Verdict:
        """The verdict."""


def try_other_layout(
    statement: Statement, found: Verdict, context: NetworkContext, judge: StatementJudge
) -> Verdict:
    """Right if samples are multiplied by weights, x W, where the network has W x?"""
    letters = find_sample_weights(context)
    turned = tuple(transpose_weights(p, letters) for p in statement.parts) if letters else ()
    if not letters or turned == statement.parts:
        return found
    with suppress(SymconvError, Undefined, OverBudget):
        if judge(replace(statement, parts=turned), brief=True):
            return replace(found, verdict=v.CONDITION, causes=(WEIGHT_LAYOUT, *found.causes))
    return found


def judge_positioned_bias(
    statement: Statement, error: UntiedError, context: NetworkContext, judge: StatementJudge
) -> Verdict:
    """A bias with a position: right for one bias at each position?"""
    derived = [rewrite_positioned_bias(p, context) for p in statement.parts]
    shared = [share_positioned_bias(p, context) for p in derived]
    changed = replace(statement, parts=tuple(part for part, _ in shared))
    matters = derived != list(statement.parts) or any(worth for _, worth in shared)
    with suppress(SymconvError, Undefined):
        found = judge(changed, brief=True)
        if found.verdict in {v.RIGHT, v.PRINTED}:
            return replace(found, verdict=v.CONDITION, causes=(UNTIED,)) if matters else found
        # One bias or many: what else is wrong stays wrong.
        if found.verdict == v.WRONG:
            said = judge(changed, brief=False)
            return replace(said, notes=(*said.notes, UNTIED_WRONG))
    return Verdict(v.UNREADABLE, "claim", notes=(str(error),))


def try_whole_update(
    statement: Statement, found: Verdict, spell: Callable[[Statement], str], judge: StatementJudge
) -> Verdict:
    """An update that leaves something out: right with it?"""
    for whole, cause in complete_update(statement):
        with suppress(SymconvError, Undefined, OverBudget):
            if again := judge(whole, brief=True):
                said = replace(again, verdict=v.CONDITION, causes=(cause,))
                return replace(said, reading=spell(statement))
    return found


def judge_misfit(
    statement: Statement, error: ShapeMismatchError, context: NetworkContext, judge: StatementJudge
) -> Verdict:
    """Arrays that do not go together: wrong; right after one change of a function?"""
    entries = write_entries(statement, context)
    if entries is not None:
        with suppress(SymconvError, Undefined):
            again = judge(entries, brief=False)
            return replace(again, notes=(*again.notes, "read for one entry of each array"))
    found = [Cause("shapes", error.message)]
    for mended, cause in repair_shapes(statement):
        with suppress(SymconvError, Undefined):
            if again := judge(mended, brief=True):
                if cause.condition:
                    return replace(again, verdict=v.CONDITION, causes=(cause,))
                found.insert(0, cause)
                break
    return Verdict(v.WRONG, causes=tuple(found))


def accept_layout(found: Verdict, layout: str) -> Verdict:
    """Right where the other layout is that of the notation, in which the claim is written."""
    if layout != "numerator" or "weight_layout" not in {cause.name for cause in found.causes}:
        return found
    note = "read in numerator layout: a derivative by a matrix has the shape of its transpose"
    return replace(found, verdict=v.RIGHT, causes=(), notes=(note, *found.notes))
