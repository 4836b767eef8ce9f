"""An index that only the claim has: right if it were summed over?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from symconv.claims.evaluation.comparison import EQUAL, Question, agree, values_of
from symconv.claims.evaluation.index_lint import unsummed
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.tree import Limit, Total
from symconv.claims.model.verdict import Cause
from symconv.core.errors import SymconvError

from .step_pointers import step_at
from .wrong_part import Suspect


def by_missing_sum(suspect: Suspect) -> Iterator[Cause]:
    """The sum over every index that the claim alone has."""
    question = suspect.question
    known = frozenset(question.options.definitions)
    names = unsummed(question.statement, question.facts, known, suspect.claimed)
    if not names:
        return
    parts = question.statement.parts
    total = Total(tuple(Limit(n) for n in names), parts[suspect.claimed])
    pair = replace(question.statement, parts=(parts[suspect.asked], total))
    local = replace(question, statement=pair)
    if all(_holds(local, s) for s in (suspect, *suspect.others)):
        yield _cause(suspect, names)


def _holds(question: Question, suspect: Suspect) -> bool:
    with suppress(SymconvError, Undefined):
        envs = question.environments(60)
        return agree(*(values_of(question, n, suspect.world, envs) for n in (0, 1))) == EQUAL
    return False


def _cause(suspect: Suspect, names: list[str]) -> Cause:
    key = next(iter(suspect.tensors()), "")
    tensor = suspect.facts.tensors.get(key)
    bias = tensor is not None and tensor.role == "parameter" and len(tensor.shape) == 1
    text = f"the sum over {', '.join(names)} is missing"
    name = "bias_not_summed" if bias else "missing_sum"
    return Cause(name, text, step_at(suspect.facts, key, ("chain rule",)))
