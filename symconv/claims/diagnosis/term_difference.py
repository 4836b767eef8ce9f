"""Terms that a claim lacks or has too many, after the common factor is divided out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from sympy import Function

from symconv.claims.evaluation.arrays import ArrayValue
from symconv.claims.evaluation.assign import assign_variables
from symconv.claims.evaluation.assignment import Assignment, all_places
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
    list_factors,
    with_power,
)
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import TensorReference
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


MOST_TELLING = 24
"""Differences of more terms are counted only: nobody finds a mistake among so many."""


@dataclass(frozen=True)
class TermDifference:
    """What a claim lacks and has too many, as text and as the entries that are multiplied.

    `counts` are its terms and those of the truth.
    `untold` says that there are too many of them to be told.
    """

    missing: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    missing_factors: tuple[tuple[str, ...], ...] = ()
    spurious_factors: tuple[tuple[str, ...], ...] = ()
    counts: tuple[int, int] | None = None
    untold: bool = False

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
    # A difference that is too long to be told has no size, and is the last choice.
    shortest = min(found, key=lambda d: (d.untold, d.size), default=TermDifference())
    return _use_words(shortest, question, claimed)


def _evaluate_pairs(
    question: Question, asked: int, claimed: int, env: Environment
) -> Iterator[tuple[Polynomial, Polynomial]]:
    """Truth and claim with the error signal of the cost as a letter, and with its formula."""
    for signals in (True, False):
        with suppress(SymconvError, Undefined, ZeroDivisionError):
            assignment = assign_variables(question.context, signals=signals)
            truth, claim = (evaluate_part(question, n, assignment, env) for n in (asked, claimed))
            if not isinstance(truth, ArrayValue) and not isinstance(claim, ArrayValue):
                names = name_functions(assignment)
                yield rename(as_polynomial(truth), names), rename(as_polynomial(claim), names)


def name_functions(assignment: Assignment) -> Mapping[str, str]:
    """The functions of entries that are entries themselves: `sigmoid(h_{0})` is v_{0}.

    What is equal has one name, so that v and sigma(h) are no two terms.
    """
    context, found = assignment.context, dict[str, str]()
    for equation in context.forward.equations:
        tensor = context.tensors[equation.key]
        alone = isinstance(equation.rhs, Function) and tensor.role == "value"
        if not alone or equation.key not in assignment.given:
            continue
        given = {k: t for k, t in assignment.given.items() if k != equation.key}
        with suppress(SymconvError, Undefined, ZeroDivisionError):
            table = replace(assignment, given=given, known={}).table(equation.key)
            for place, value in table.items():
                terms = list(value.table.items()) if isinstance(value, Polynomial) else []
                if len(terms) == 1 and terms[0][1] == 1 and len(terms[0][0]) == 1:
                    ((name, power),) = terms[0][0]
                    if power == 1:
                        found[name] = entry_name(tensor, place, context.notation)
    return found


def rename(value: Polynomial, names: Mapping[str, str]) -> Polynomial:
    """The sum with other names for some of its atoms."""
    found: dict[Monomial, Fraction] = {}
    for monomial, number in value.table.items():
        powers: dict[str, int] = {}
        for name, power in monomial:
            new = names.get(name, name)
            powers[new] = powers.get(new, 0) + power
        key = tuple(sorted((n, p) for n, p in powers.items() if p))
        found[key] = found.get(key, Fraction(0)) + number
    return Polynomial(found)


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
    if len(missing.table) + len(spurious.table) > MOST_TELLING:
        return TermDifference(counts=counts, untold=True)
    return TermDifference(
        _format_difference(missing, context),
        _format_difference(spurious, context),
        list_factors(missing),
        list_factors(spurious),
        counts,
    )


def _format_difference(found: Polynomial, context: NetworkContext) -> tuple[str, ...]:
    """The terms as text, with the letter that the cost has here."""
    return tuple(t.replace("dC/d", f"d{context.cost}/d") for t in format_terms(found))


def _use_words(difference: TermDifference, question: Question, claimed: int) -> TermDifference:
    """The terms with error signals as the claim writes them: `delta_{0}` for `dC/dh_{0}`."""
    nodes = question.statement.parts[claimed].walk()
    signals = [n for n in nodes if isinstance(n, TensorReference) and n.kind == "delta"]
    words: dict[str, str] = {}
    for node in signals:
        letter = node.letter or question.options.delta
        if letter and node.layer is None and len(question.context.layers.get(letter, [])) == 1:
            said = f"delta^{letter}" if node.letter else "delta"
            words[f"d{question.context.cost}/d{letter}_"] = f"{said}_"

    def reword(term: str) -> str:
        for old, new in words.items():
            term = term.replace(old, new)
        return term

    return replace(
        difference,
        missing=tuple(map(reword, difference.missing)),
        spurious=tuple(map(reword, difference.spurious)),
    )
