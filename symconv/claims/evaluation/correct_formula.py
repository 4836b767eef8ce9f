"""The correct formula."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from symconv.claims.model.tree import Differential, Entry
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name

from .assignment import all_places
from .comparison import Question
from .indices import Environment, key_of, place_of

MOST_LENGTH = 2_000
MOST_SHOWN = 9


def asked_entry(
    question: Question, asked: int, envs: Sequence[Environment]
) -> tuple[Tensor, tuple[int, ...] | None] | None:
    """The tensor that the question differentiates by, and the entry where it names one."""
    facts = question.facts
    node = question.statement.parts[asked]
    for n in node.walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(n, Differential) and not (
            isinstance(n.of, Entry) and n.of.letter == facts.cost
        ):
            return None
        if isinstance(by, Entry) and (isinstance(n, Differential) or by.kind or by.fresh):
            env = envs[0] if envs else {}
            key = key_of(by, env, facts, question.options.delta)
            place = None
            if by.indices is not None:
                shape = facts.shape(facts.tensors[key])
                place = place_of(by.indices, env, shape, question.options.base, facts)
            return facts.tensors[key], place
    return None


def correct_formula(question: Question, asked: int, envs: Sequence[Environment]) -> str:
    """`dC/dw_1^1 = ...`, entry by entry at concrete sizes."""
    from symconv.render.formula.names import names_of
    from symconv.render.formula.scalars import scalar_text
    from symconv.semantics.unrolled import Unrolled

    facts = question.facts
    with suppress(SymconvError):
        found = asked_entry(question, asked, envs)
        if found is None or facts.sizes:
            return ""
        tensor, place = found
        names = names_of(facts.forward, facts.backward.items, facts.notation)
        shown = [place] if place is not None else all_places(facts, tensor)[:MOST_SHOWN]
        entries = Unrolled(facts.backward, facts.notation).entries(tensor, only=shown)
        texts = [
            f"d{facts.cost}/d{entry_name(tensor, p, facts.notation)} = "
            f"{scalar_text(entries[p], names, ascii_only=True)}"
            for p in shown
        ]
        return "; ".join(texts)[:MOST_LENGTH]
    return ""
