"""Terms that a claim lacks or has too many, after the common factor is divided out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from symconv.claims.evaluation.arrays import ArrayValue
from symconv.claims.evaluation.assign import assign_variables
from symconv.claims.evaluation.assignment import all_places
from symconv.claims.evaluation.comparison import Question, evaluate_part
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.polynomial_algebra import (
    Monomial,
    Polynomial,
    as_polynomial,
    common_factor,
    diff_terms,
    divide_by_monomial,
    format_terms,
    is_multiple,
    with_power,
)
from symconv.claims.model.context import NetworkContext
from symconv.core.errors import SymconvError
from symconv.notation.presets import entry_name

SLOPES = {"sigmoid": (1, 2, "(1 - {})"), "tanh": (0, 2, "(1 - ({})^2)")}
"""Of y and -y^2, and of 1 and -y^2, the powers of y, and the factor that stands for both."""


def factor_activation_derivatives(found: Polynomial, context: NetworkContext) -> Polynomial:
    """A sum in which c y - c y^2 is one term c y (1 - y), for every output y of a sigmoid."""
    table = dict(found.table)
    for equation in context.forward.equations:
        rule = SLOPES.get(type(equation.rhs).__name__)
        if rule is None:
            continue
        tensor = context.tensors[equation.key]
        for place in all_places(context, tensor):
            _factor_pairs(table, entry_name(tensor, place, context.notation), rule)
    return Polynomial(table)


def _factor_pairs(table: dict[Monomial, Fraction], name: str, rule: tuple[int, int, str]) -> None:
    """Put pairs of terms together in place."""
    low, high, factor = rule
    for monomial in [m for m in table if dict(m).get(name, 0) == high]:
        partner = with_power(monomial, name, low)
        if partner not in table or table[partner] != -table[monomial]:
            continue
        joined = with_power(partner, factor.format(name), 1)
        table[joined] = table.pop(partner)
        del table[monomial]


MOST_SHOWN = 60
"""How many terms are kept, for JSON; a terminal shows 16 of them."""


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


def find_term_difference(
    question: Question, asked: int, claimed: int, env: Environment
) -> TermDifference:
    """The terms in which truth and claim differ, in the letters in which they are fewest.

    A claim that is a multiple of the truth lacks no term and has none too many.
    """
    found = [
        _compare_polynomials(truth, claim, question.context)
        # Whichever letters make the difference shortest are those in which it was made.
        for pair in _evaluate_pairs(question, asked, claimed, env)
        for truth, claim in (pair, _factor_both(pair, question.context))
    ]
    return min(found, key=lambda d: d.size, default=TermDifference())


def _evaluate_pairs(
    question: Question, asked: int, claimed: int, env: Environment
) -> Iterator[tuple[Polynomial, Polynomial]]:
    """Truth and claim with the error signal of the cost as a letter, and with its formula."""
    for signals in (True, False):
        with suppress(SymconvError, Undefined, ZeroDivisionError):
            assignment = assign_variables(question.context, signals=signals)
            truth, claim = (evaluate_part(question, n, assignment, env) for n in (asked, claimed))
            if not isinstance(truth, ArrayValue) and not isinstance(claim, ArrayValue):
                yield as_polynomial(truth), as_polynomial(claim)


def _factor_both(
    pair: tuple[Polynomial, Polynomial], context: NetworkContext
) -> tuple[Polynomial, Polynomial]:
    truth, claim = pair
    return factor_activation_derivatives(truth, context), factor_activation_derivatives(
        claim, context
    )


def _compare_polynomials(
    truth: Polynomial, claim: Polynomial, context: NetworkContext
) -> TermDifference:
    factor = common_factor([x for x in (truth, claim) if x])
    a, b = divide_by_monomial(truth, factor), divide_by_monomial(claim, factor)
    counts = len(b.table), len(a.table)
    if is_multiple(a, b):
        return TermDifference(counts=counts)
    missing, spurious = diff_terms(a, b)
    return TermDifference(
        _format_difference(missing, context), _format_difference(spurious, context), counts
    )


def _format_difference(found: Polynomial, context: NetworkContext) -> tuple[str, ...]:
    """The terms as text, with the letter that the cost has here."""
    return tuple(t.replace("dC/d", f"d{context.cost}/d") for t in format_terms(found)[:MOST_SHOWN])
