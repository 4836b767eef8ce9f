"""Missing and spurious products of a claim, after the common factor is divided out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from symconv.claims.evaluation.activation_slopes import folded
from symconv.claims.evaluation.arrays import Array
from symconv.claims.evaluation.assignments import named_world
from symconv.claims.evaluation.comparison import Question, evaluated
from symconv.claims.evaluation.indices import Environment
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.polynomial_terms import (
    Terms,
    common_factor,
    difference,
    divided,
    lines,
    multiple_of,
    terms,
)
from symconv.claims.model.facts import Facts
from symconv.core.errors import SymconvError

MOST_SHOWN = 60


@dataclass(frozen=True)
class TermDifference:
    """What a claim lacks and has too many; `counts` are its terms and those of the truth."""

    missing: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    counts: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """How much there is to read."""
        return len(self.missing) + len(self.spurious), sum(self.counts or (0, 0))


def term_difference(
    question: Question, asked: int, claimed: int, env: Environment
) -> TermDifference:
    """The terms in which truth and claim differ, in the letters in which they are fewest.

    A claim that is a multiple of the truth lacks no term and has none too many.
    """
    found = [
        _compared(truth, claim, question.facts)
        for pair in _letters(question, asked, claimed, env)
        for truth, claim in (pair, _folded(pair, question.facts))
    ]
    return min(found, key=lambda d: d.size, default=TermDifference())


def _letters(
    question: Question, asked: int, claimed: int, env: Environment
) -> Iterator[tuple[Terms, Terms]]:
    """Truth and claim with the error signal of the cost as a letter, and with its formula."""
    for signals in (True, False):
        with suppress(SymconvError, Undefined, ZeroDivisionError):
            world = named_world(question.facts, signals=signals)
            truth, claim = (evaluated(question, n, world, env) for n in (asked, claimed))
            if not isinstance(truth, Array) and not isinstance(claim, Array):
                yield terms(truth), terms(claim)


def _folded(pair: tuple[Terms, Terms], facts: Facts) -> tuple[Terms, Terms]:
    truth, claim = pair
    return folded(truth, facts), folded(claim, facts)


def _compared(truth: Terms, claim: Terms, facts: Facts) -> TermDifference:
    factor = common_factor([x for x in (truth, claim) if x])
    a, b = divided(truth, factor), divided(claim, factor)
    counts = len(b.table), len(a.table)
    if multiple_of(a, b):
        return TermDifference(counts=counts)
    missing, spurious = difference(a, b)
    return TermDifference(_written(missing, facts), _written(spurious, facts), counts)


def _written(found: Terms, facts: Facts) -> tuple[str, ...]:
    """The terms as text, with the letter that the cost has here."""
    return tuple(t.replace("dC/d", f"d{facts.cost}/d") for t in lines(found)[:MOST_SHOWN])
