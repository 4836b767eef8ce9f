"""Missing and spurious products of a claim, after the common factor is divided out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from symconv.core.errors import SymconvError

from .arrays import Array
from .decide import SHAPES, Question, evaluated
from .field import Undefined
from .indexing import Environment
from .points import named_world
from .terms import common_factor, difference, divided, lines, terms

Found = tuple[tuple[str, ...], tuple[str, ...], tuple[int, int] | None]
MOST_SHOWN = 60


def term_difference(
    question: Question, asked: int, claimed: int, envs: Sequence[Environment], outcome: str
) -> Found:
    """Missing terms, spurious terms, and how many terms claim and truth have."""
    if outcome == SHAPES:
        return (), (), None
    with suppress(SymconvError, Undefined, ZeroDivisionError):
        world = named_world(question.facts)
        for env in envs[:20]:
            truth = evaluated(question, asked, world, env)
            claim = evaluated(question, claimed, world, env)
            if isinstance(truth, Array) or isinstance(claim, Array):
                return (), (), None
            a, b = terms(truth), terms(claim)
            if a != b:
                factor = common_factor([x for x in (a, b) if x])
                a, b = divided(a, factor), divided(b, factor)
                missing, spurious = difference(a, b)
                counts = len(b.table), len(a.table)
                return lines(missing)[:MOST_SHOWN], lines(spurious)[:MOST_SHOWN], counts
    return (), (), None
