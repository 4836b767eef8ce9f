"""One number where the question has several: their sum?"""

from __future__ import annotations

from collections.abc import Iterator

from symconv.claims.evaluation.arrays import Array, Value
from symconv.claims.model.verdict import Cause

from .step_pointers import step_at
from .wrong_part import Suspect


def by_sum(suspect: Suspect) -> Iterator[Cause]:
    """The components of a derivative added up."""
    first = next(iter(suspect.truth), None)
    if isinstance(first, Array) and suspect.holds(_totals):
        text = (
            f"the {len(first.entries)} components are added up to one number; the derivative has "
            "one component for each entry, and the chain rule needs them one by one"
        )
        key = next(iter(suspect.tensors()), "")
        yield Cause("summed_jacobian", text, step_at(suspect.facts, key, ("chain rule",)))


def _totals(suspect: Suspect) -> list[Value]:
    return [sum(v.entries) if isinstance(v, Array) else v for v in suspect.truth]
