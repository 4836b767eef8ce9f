"""A constant multiple of the truth: a sign, the 2 of the square, a mean for a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from symconv.claims.evaluation.arrays import Array, Value
from symconv.claims.evaluation.assignment import all_places
from symconv.claims.model.facts import Facts
from symconv.claims.model.verdict import Cause

from .step_pointers import step_at
from .wrong_part import Suspect

SQUARE = ("pointwise derivative", "linearity", "definition")
SCALE = ("definition",)


def by_multiple(suspect: Suspect) -> Iterator[Cause]:
    """The forgotten factors that make the truth the claim."""
    for factor, cause, steps in factors(suspect.facts):
        if suspect.holds(partial(_truth_times, factor)):
            output = suspect.facts.before_cost
            key = output.name.plain.key if output is not None else ""
            yield replace(cause, where=step_at(suspect.facts, key, steps))


def _truth_times(factor: Fraction, suspect: Suspect) -> list[Value]:
    return scaled(suspect.truth, factor, suspect)


def scaled(values: Sequence[Value], factor: Fraction, suspect: Suspect) -> list[Value]:
    """The values times a number."""
    scale = suspect.world.algebra.number(factor)
    return [v.map(lambda e: e * scale) if isinstance(v, Array) else v * scale for v in values]


def factors(facts: Facts) -> Iterator[tuple[Fraction, Cause, tuple[str, ...]]]:
    """The constant factors that people forget."""
    said = "the sign is turned round: (target - output) stands where (output - target) belongs"
    yield Fraction(-1), Cause("sign", said), SQUARE
    yield _two(facts)
    counts = _counts(facts)
    for n, over, belongs in counts:
        if belongs:
            text = f"the cost is a mean over {n} {over}; right if it is a sum"
            yield Fraction(n), Cause("sum_for_mean", text, condition=True), SCALE
    for n, over, _ in counts:
        text = f"yours is divided by the {n} {over}; right if the cost is a mean over them"
        yield Fraction(1, n), Cause("mean_for_sum", text, condition=True), SCALE


def _two(facts: Facts) -> tuple[Fraction, Cause, tuple[str, ...]]:
    """The 2 of the derivative of the square, which a factor 1/2 in the cost takes away."""
    if any("half" in e.title for e in facts.forward.equations):
        said = "a factor 2 too many: this cost has 1/2 in front of the square; right without it"
        return Fraction(2), Cause("extra_two", said, condition=True), SQUARE
    said = "the 2 of the derivative of the square is missing; right if the cost has the factor 1/2"
    return Fraction(1, 2), Cause("missing_two", said, condition=True), SQUARE


def _counts(facts: Facts) -> list[tuple[int, str, bool]]:
    """What a mean may be taken over: how many, of what, and whether a cost does that."""
    found: dict[int, tuple[int, str, bool]] = {}
    output = facts.before_cost
    entries = len(all_places(facts, output)) if output else 1
    found[entries] = entries, "entries of the output", True
    for tensor in facts.forward.tensors:
        if tensor.batch:
            n = facts.shape(tensor)[0]
            found.setdefault(n, (n, "samples of the batch", True))
            break
    for tensor in facts.forward.tensors:
        n = len(all_places(facts, tensor))
        if tensor.role == "value":
            found.setdefault(n, (n, f"entries of {tensor.key}", False))
    return [x for x in found.values() if x[0] > 1]
