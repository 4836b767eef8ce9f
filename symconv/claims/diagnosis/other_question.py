"""The right answer to another question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from symconv.claims.evaluation.arrays import Array, Value
from symconv.claims.evaluation.assignment import all_places
from symconv.claims.evaluation.comparison import Question, values_of
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.substitution import substituted
from symconv.claims.model.tree import Differential, Entry, Node, Number
from symconv.claims.model.verdict import Cause
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name
from symconv.semantics.places import Place

from .step_pointers import step_at
from .wrong_part import Suspect

STEPS = ("derivative of an entry", "definition")


def by_another_question(suspect: Suspect) -> Iterator[Cause]:
    """`this is dC/dw_2`: another entry of any tensor, or another tensor at the same indices."""
    found = _entry(suspect) or _tensor(suspect)
    if found:
        key = next(iter(suspect.tensors()), "")
        where = step_at(suspect.facts, key, STEPS)
        yield Cause("another_question", f"this is {found}", where)


def _entry(suspect: Suspect) -> str:
    """The entry whose derivative a claim for one entry states."""
    facts = suspect.facts
    if len(suspect.envs) != 1 or isinstance(suspect.truth[0], Array):
        return ""
    for plain, tensor in sorted(facts.deltas.items()):
        for place in all_places(facts, tensor):
            if suspect.holds(partial(_derivative, tensor.key, place)):
                return f"d{facts.cost}/d{entry_name(facts.tensors[plain], place, facts.notation)}"
    return ""


def _derivative(key: str, place: Place, suspect: Suspect) -> list[Value]:
    """An entry of a derivative; 0 is the answer to too many questions."""
    value = suspect.world.table(key)[place]
    if not value:
        raise Undefined("0")
    return [value]


def _answers(question: Question, suspect: Suspect) -> list[Value]:
    return values_of(question, 0, suspect.world, suspect.envs)


def _tensor(suspect: Suspect) -> str:
    """The tensor whose derivatives a claim for all entries states."""
    facts = suspect.facts
    asked = next((n for n in suspect.node.walk() if _asks(n, suspect)), None)
    for plain in sorted(facts.deltas):
        if asked is None or plain in suspect.tensors():
            continue
        question = _with(suspect, asked, _renamed(asked, facts.tensors[plain]))
        if suspect.holds(partial(_answers, question)):
            return f"d{facts.cost}/d{plain}"
    return ""


def _asks(node: Node, suspect: Suspect) -> bool:
    """Whether a node is a derivative of the cost."""
    if isinstance(node, Differential):
        return isinstance(node.of, Entry) and node.of.letter == suspect.facts.cost
    return isinstance(node, Entry) and bool(node.kind)


def _renamed(asked: Node, tensor: Tensor) -> Node:
    name = tensor.name.plain
    layer = None if name.layer is None else Number(Fraction(name.layer))
    if isinstance(asked, Differential):
        return replace(asked, by=replace(asked.by, letter=name.letter, layer=layer))
    assert isinstance(asked, Entry)
    return replace(asked, letter=name.letter, layer=layer)


def _with(suspect: Suspect, old: Node, new: Node) -> Question:
    part = substituted(suspect.node, {old: new})
    statement = replace(suspect.question.statement, parts=(part,), marks=())
    return replace(suspect.question, statement=statement)
