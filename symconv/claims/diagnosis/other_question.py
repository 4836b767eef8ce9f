"""The right answer to another question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from symconv.claims.evaluation.arrays import ArrayValue, Value
from symconv.claims.evaluation.assignment import all_places
from symconv.claims.evaluation.comparison import Question, evaluate_everywhere
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import Differential, Numeral, SyntaxNode, TensorReference
from symconv.claims.model.verdict import Cause
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name
from symconv.semantics.index_arithmetic import Place

from .wrong_part import WrongPart, step_of_mistake

STEPS = ("derivative of an entry", "definition")


def by_another_question(wrong_part: WrongPart) -> Iterator[Cause]:
    """`this is dC/dw_2`: another entry of any tensor, or another tensor at the same indices."""
    found = _find_entry(wrong_part) or _find_tensor(wrong_part)
    if found:
        key = next(iter(wrong_part.tensors()), "")
        where = step_of_mistake(wrong_part.context, key, STEPS)
        yield Cause("another_question", f"this is {found}", where)


def _find_entry(wrong_part: WrongPart) -> str:
    """The entry whose derivative a claim for one entry states."""
    context = wrong_part.context
    if len(wrong_part.envs) != 1 or isinstance(wrong_part.truth[0], ArrayValue):
        return ""
    for plain, tensor in sorted(context.deltas.items()):
        for place in all_places(context, tensor):
            if wrong_part.holds(partial(_derivative_value, tensor.key, place)):
                name = entry_name(context.tensors[plain], place, context.notation)
                return f"d{context.cost}/d{name}"
    return ""


def _derivative_value(key: str, place: Place, wrong_part: WrongPart) -> list[Value]:
    """An entry of a derivative; 0 is the answer to too many questions."""
    value = wrong_part.assignment.table(key)[place]
    # Half of all wrong claims would answer the question of an entry whose derivative is 0.
    if not value:
        raise Undefined("0")
    return [value]


def _answers(question: Question, wrong_part: WrongPart) -> list[Value]:
    return evaluate_everywhere(question, 0, wrong_part.assignment, wrong_part.envs)


def _find_tensor(wrong_part: WrongPart) -> str:
    """The tensor whose derivatives a claim for all entries states."""
    context = wrong_part.context
    asked = next((n for n in wrong_part.node.walk() if _is_cost_derivative(n, wrong_part)), None)
    for plain in sorted(context.deltas):
        if asked is None or plain in wrong_part.tensors():
            continue
        question = _change_question(
            wrong_part, asked, _change_tensor(asked, context.tensors[plain])
        )
        if wrong_part.holds(partial(_answers, question)):
            return f"d{context.cost}/d{plain}"
    return ""


def _is_cost_derivative(node: SyntaxNode, wrong_part: WrongPart) -> bool:
    """Whether a node is a derivative of the cost."""
    if isinstance(node, Differential):
        return isinstance(node.of, TensorReference) and node.of.letter == wrong_part.context.cost
    return isinstance(node, TensorReference) and bool(node.kind)


def _change_tensor(asked: SyntaxNode, tensor: Tensor) -> SyntaxNode:
    name = tensor.name.plain
    layer = None if name.layer is None else Numeral(Fraction(name.layer))
    if isinstance(asked, Differential):
        return replace(asked, by=replace(asked.by, letter=name.letter, layer=layer))
    assert isinstance(asked, TensorReference)
    return replace(asked, letter=name.letter, layer=layer)


def _change_question(wrong_part: WrongPart, old: SyntaxNode, new: SyntaxNode) -> Question:
    part = replace_nodes(wrong_part.node, {old: new})
    statement = replace(wrong_part.question.statement, parts=(part,), marks=())
    return replace(wrong_part.question, statement=statement)
