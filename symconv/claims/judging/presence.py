"""Whether a claim is about entries that exist: found without numbers, for networks of any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.evaluator import Evaluator, OperationBudget
from symconv.claims.evaluation.modular_field import ModularField
from symconv.claims.model.syntax_tree import Differential, SyntaxNode
from symconv.claims.model.vocabulary import RATES
from symconv.core.tree import rewrite
from symconv.semantics.index_arithmetic import Place

MOST_LOOKED_AT = 48
"""At how many values of the free indices an entry is looked for; nearly all claims have one at the
first."""


class _EntryExistsError(Exception):
    """An entry was read that exists."""


class _Entries(Mapping[Place, Any]):
    """The entries of a tensor, whatever they are: who reads one has found one."""

    def __getitem__(self, place: Place) -> NoReturn:
        raise _EntryExistsError

    def get(self, place: Place, default: Any = None) -> NoReturn:  # noqa: ARG002 - a mapping's own
        """Tell that an entry exists: only places within the axes are asked for."""
        raise _EntryExistsError

    def __iter__(self) -> Iterator[Place]:
        return iter(())

    def __len__(self) -> int:
        return 0


def has_entries(question: Question) -> bool:
    """Whether any of the entries that a statement names exists, or it names none.

    An entry beyond its tensor is 0 on both sides, which says nothing about the network.
    """
    context, absent = question.context, 0
    algebra = ModularField(0)
    tensors = (*context.program.tensors, *context.forward.tensors)
    rates = {name: algebra.number(1) for name in (*RATES, "rate")}
    tables: dict[str, Any] = {t.key: _Entries() for t in tensors}
    assignment = Assignment(context, algebra, tables, context.program, rates)
    parts = [_without_derivatives(p) for p in question.statement.parts]
    for env in question.environments(MOST_LOOKED_AT)[:MOST_LOOKED_AT]:
        for part in parts:
            # A sum may be long: it ends at the first entry.
            at = Evaluator(assignment, question.options, work=OperationBudget(foreseen=True))
            try:
                at.value(part, env)
            except _EntryExistsError:
                return True
            absent += at.work.absent
    return not absent


def _without_derivatives(part: SyntaxNode) -> SyntaxNode:
    """The part with every derivative replaced by the entry that it is by."""
    return rewrite(part, lambda n: n.by if isinstance(n, Differential) else None)
