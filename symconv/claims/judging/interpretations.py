"""What a statement may mean: whose error signal a bare delta is, what a star means, the rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction

from symconv.claims.evaluation.comparison import leading_factor
from symconv.claims.evaluation.evaluate import Definitions, Options
from symconv.claims.evaluation.index_uses import kernel_indices
from symconv.claims.evaluation.indices import delta_letters
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Binary, Entry, Node, Number, Statement, Symbol
from symconv.claims.model.vocabulary import RATES
from symconv.core.errors import SymconvError

Reading = tuple[Options, tuple[str, ...]]


def readings(
    statement: Statement, facts: Facts, base: int, definitions: Definitions
) -> Iterator[Reading]:
    """The choices, each with a note that says what was chosen."""
    entries = [n for p in statement.parts for n in p.walk() if isinstance(n, Entry)]
    rate = _rate(statement.parts) if any(e.fresh for e in entries) else None
    stars = ("window", "entries", "dots") if _has_products(statement) else ("window",)
    kernel = kernel_indices(statement.parts, facts)
    for letter in _letters(entries, facts):
        note = (f"delta is read as the error signal of {letter}",) if letter else ()
        for star in stars:
            yield Options(base, letter, star, rate, definitions, kernel), note


def _has_products(statement: Statement) -> bool:
    """Whether there is a product with a star, or of two formulas without a sign."""
    products = (n for p in statement.parts for n in p.walk() if isinstance(n, Binary))
    return any(
        n.operator == "*" or (n.operator == "" and not isinstance(n.left, Number)) for n in products
    )


def _letters(entries: Sequence[Entry], facts: Facts) -> Sequence[str]:
    """The tensors whose error signal every bare delta may be."""
    sets = [delta_letters(e, facts) for e in entries if e.kind and not e.letter]
    if not sets:
        return ("",)
    return [x for x in sets[0] if all(x in s for s in sets)] or sets[0] or ("",)


def _rate(parts: Sequence[Node]) -> Fraction | str | None:
    """The learning rate: the letter that stands for it, or else the number that it is."""
    names = {n.name for p in parts for n in p.walk() if isinstance(n, Symbol)} & RATES
    if len(names) == 1:
        return names.pop()
    return next((r for p in parts if (r := leading_factor(p)) is not None), None)


def best(found: Sequence[Reading], holds: Callable[[Options], bool]) -> Reading:
    """The first reading under which a statement holds, or else the first that makes sense."""
    if len(found) == 1:
        return found[0]
    sensible: Reading | None = None
    for reading in found:
        with suppress(SymconvError, Undefined):
            if holds(reading[0]):
                return reading
            sensible = sensible or reading
    return sensible or found[0]
