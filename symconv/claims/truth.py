"""The correct formula, and the step of the derivation at which the claim goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name

from .decide import Question
from .indexing import Environment, key_of, place_of
from .syntax import Differential, Entry
from .verdict import Cause

if TYPE_CHECKING:
    from .facts import Network

MOST_LENGTH = 2_000
STEPS = {
    "product_of_sums": "exchange of sums", "missing_derivative": "pointwise derivative",
    "derivative_at_output": "pointwise derivative", "missing_flip": "sifting",
    "kernel_flip": "sifting", "offset_by_one": "sifting", "upstream_forgotten": "chain rule",
    "summed_jacobian": "chain rule", "one_output_only": "chain rule", "sign": "pointwise derivative",
    "missing_two": "pointwise derivative", "bias_not_summed": "sifting",
    "pool_spread": "selection", "pool_averaged": "selection",
}  # fmt: skip


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


def correct_formula(
    network: Network, question: Question, asked: int, envs: Sequence[Environment]
) -> str:
    """`dC/dw_1^1 = ...`, entry by entry at concrete sizes."""
    from symconv.emit.formula.names import names_of
    from symconv.emit.formula.scalars import scalar_text
    from symconv.unrolled import Unrolled

    facts = question.facts
    with suppress(SymconvError):
        found = asked_entry(question, asked, envs)
        if found is None or facts.sizes:
            return ""
        tensor, place = found
        names = names_of(facts.forward, facts.backward.items, facts.notation)
        entries = Unrolled(facts.backward, facts.notation).entries(tensor)
        shown = [place] if place is not None else list(entries)[:9]
        texts = [
            f"d{facts.cost}/d{entry_name(tensor, p, facts.notation)} = "
            f"{scalar_text(entries[p], names, ascii_only=True)}"
            for p in shown
        ]
        return "; ".join(texts)[:MOST_LENGTH]
    return ""


def pointer(question: Question, asked: int, found: Sequence[Cause]) -> str:
    """`step 3 of the derivation of dC/dw^1: exchange of sums`."""
    if not found:
        return ""
    with suppress(SymconvError):
        place = asked_entry(question, asked, question.environments(1))
        if place is None:
            return ""
        derivation = question.facts.backward.derivation(place[0].key)
        rule = STEPS.get(found[0].name)
        if derivation is None or not derivation.steps:
            return ""
        for n, step in enumerate(derivation.steps, start=1):
            if rule is not None and rule in step.rule:
                return f"step {n} of the derivation of d{question.facts.cost}/d{place[0].key}: {step.rule}"
        return f"the derivation of d{question.facts.cost}/d{place[0].key}"
    return ""
