"""A sum that is missing, or one that should not be there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from math import prod

from symconv.claims.evaluation.arrays import ArrayValue, Value, make_array
from symconv.claims.evaluation.comparison import (
    EQUAL,
    Question,
    agree_everywhere,
    compare_everywhere,
    evaluate_everywhere,
)
from symconv.claims.evaluation.index_lint import find_unsummed_indices
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.syntax_tree import Summation, SumRange
from symconv.claims.model.verdict import Cause
from symconv.core.errors import SymconvError

from .wrong_part import MOST_INDEX_VALUES, WrongPart, step_of_mistake


def by_missing_sum(wrong_part: WrongPart) -> Iterator[Cause]:
    """The sum over every index that the claim alone has."""
    question = wrong_part.question
    known = frozenset(question.options.definitions)
    names = find_unsummed_indices(question.statement, question.context, known, wrong_part.claimed)
    if not names:
        return
    parts = question.statement.parts
    total = Summation(tuple(SumRange(n) for n in names), parts[wrong_part.claimed])
    pair = replace(question.statement, parts=(parts[wrong_part.asked], total))
    local = replace(question, statement=pair)
    if all(_holds(local, s) for s in (wrong_part, *wrong_part.others)):
        yield _cause(wrong_part, names)


def _holds(question: Question, wrong_part: WrongPart) -> bool:
    with suppress(SymconvError, Undefined):
        envs = question.environments(MOST_INDEX_VALUES)
        return agree_everywhere(question, (0, 1), wrong_part.assignment, envs)
    return False


def _cause(wrong_part: WrongPart, names: list[str]) -> Cause:
    key = next(iter(wrong_part.tensors()), "")
    text = f"the sum over {', '.join(names)} is missing"
    name = "bias_not_summed" if _is_bias(wrong_part, key) else "missing_sum"
    return Cause(name, text, step_of_mistake(wrong_part.context, key, ("chain rule",)))


def by_unsummed_array(wrong_part: WrongPart) -> Iterator[Cause]:
    """An array with more entries than there should be, which add up to the truth along axes."""
    if not isinstance(_first_claim(wrong_part), ArrayValue):
        return
    for batch, axes in ((True, 0), (False, 1), (False, 0)):
        if all(_adds_up(s, axes, batch=batch) for s in (wrong_part, *wrong_part.others)):
            yield _unsummed_cause(wrong_part, batch=batch)
            return


def _first_claim(wrong_part: WrongPart) -> Value | None:
    """The claimed part at the first value of the free indices."""
    with suppress(SymconvError, Undefined):
        envs = wrong_part.envs[:1]
        return evaluate_everywhere(
            wrong_part.question, wrong_part.claimed, wrong_part.assignment, envs
        )[0]
    return None


def _adds_up(wrong_part: WrongPart, kept: int, *, batch: bool) -> bool:
    """Whether the claimed array, added up along its first axis or all but `kept`, is the truth."""
    question = wrong_part.question
    with suppress(SymconvError, Undefined):
        claims = evaluate_everywhere(
            question, wrong_part.claimed, wrong_part.assignment, wrong_part.envs
        )
        if not all(isinstance(c, ArrayValue) for c in claims):
            return False
        totals = [_add_axes(c, kept, batch=batch) for c in claims]
        return None not in totals and compare_everywhere(totals, wrong_part.truth) == EQUAL
    return False


def _add_axes(array: ArrayValue, kept: int, *, batch: bool) -> Value | None:
    """The array added up along its first axis, or along all but its `kept` first ones."""
    shape, entries = array.shape, array.entries
    if batch:
        inner = len(entries) // shape[0]
        rest = shape[1:]
        groups = [entries[n::inner] for n in range(inner)]
    else:
        rest = shape[:kept]
        inner = len(entries) // prod(rest)
        groups = [entries[n * inner : (n + 1) * inner] for n in range(prod(rest))]
    if not rest and not batch:
        return sum(entries) if len(entries) > 1 else None
    if len(groups) == len(entries) or not rest:
        return None
    return make_array(rest, [sum(g) for g in groups])


def _unsummed_cause(wrong_part: WrongPart, *, batch: bool) -> Cause:
    key = next(iter(wrong_part.tensors()), "")
    if batch and not _is_bias(wrong_part, key):
        name, over = "missing_batch_sum", "samples of the batch"
    else:
        name = "bias_not_summed" if _is_bias(wrong_part, key) else "missing_sum"
        over = "samples of the batch" if batch else "positions"
    text = f"the sum over the {over} is missing: the gradient is one number for all of them"
    return Cause(name, text, step_of_mistake(wrong_part.context, key, ("chain rule",)))


def _is_bias(wrong_part: WrongPart, key: str) -> bool:
    tensor = wrong_part.context.tensors.get(key)
    return tensor is not None and tensor.role == "parameter" and len(tensor.shape) == 1


def by_component_sum(wrong_part: WrongPart) -> Iterator[Cause]:
    """The components of a derivative added up."""
    first = next(iter(wrong_part.truth), None)
    if isinstance(first, ArrayValue) and wrong_part.holds(_add_components):
        text = (
            f"the {len(first.entries)} components are added up to one number; the derivative has "
            "one component for each entry, and the chain rule needs them one by one"
        )
        key = next(iter(wrong_part.tensors()), "")
        yield Cause(
            "summed_jacobian", text, step_of_mistake(wrong_part.context, key, ("chain rule",))
        )


def _add_components(wrong_part: WrongPart) -> list[Value]:
    return [sum(v.entries) if isinstance(v, ArrayValue) else v for v in wrong_part.truth]
