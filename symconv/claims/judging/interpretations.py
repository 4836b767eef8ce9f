"""What a statement may mean: whose error signal a bare delta is, what a star means, the rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction

from symconv.claims.evaluation.comparison import find_leading_factor
from symconv.claims.evaluation.evaluator import Definitions, Options
from symconv.claims.evaluation.index_expressions import delta_letters
from symconv.claims.evaluation.index_uses import kernel_indices
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    Identifier,
    Numeral,
    Statement,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import RATES
from symconv.core.errors import SymconvError

Interpretation = tuple[Options, tuple[str, ...]]


def enumerate_interpretations(
    statement: Statement, context: NetworkContext, base: int, definitions: Definitions
) -> Iterator[Interpretation]:
    """The choices, each with a note that says what was chosen."""
    entries = [n for p in statement.parts for n in p.walk() if isinstance(n, TensorReference)]
    rate = _learning_rate(statement.parts) if any(e.fresh for e in entries) else None
    stars: tuple[str, ...] = ("window",)
    if _has_products(statement):
        stars = ("window", "entries", "dots")
    if statement.is_code:
        stars = ("code", "columns") if _may_have_columns(statement, context) else ("code",)
    kernel = kernel_indices(statement.parts, context)
    for letter in _signal_letters(entries, context):
        note = (f"delta is read as the error signal of {letter}",) if letter else ()
        for star in stars:
            said = (*note, *(COLUMNS if star == "columns" else ()))
            yield Options(base, letter, star, rate, definitions, kernel), said


COLUMNS = ("the vectors are read as columns, n x 1",)
MATRIX_WORDS = {"np.dot", "np.matmul", "np.transpose", "np.sum"}
MEANS = {"np.mean", "np.var", "np.std"}
"""Along the one column of a vector these would change nothing, which hides a factor."""


def _may_have_columns(statement: Statement, context: NetworkContext) -> bool:
    """Whether the vectors of the network may be columns in code: where all values are vectors."""
    values = [t for t in context.forward.tensors if t.role in {"input", "value"}]
    vectors = all(sum(n != 1 for n in context.shape(t)) <= 1 for t in values)
    nodes = [n for p in statement.parts for n in p.walk()]
    words = {n.function for n in nodes if isinstance(n, FunctionCall)}
    signs = {n.operator for n in nodes if isinstance(n, BinaryExpression)}
    matrices = bool(words & MATRIX_WORDS) or "@" in signs
    return vectors and matrices and not words & MEANS


def _has_products(statement: Statement) -> bool:
    """Whether there is a product with a star, or of two formulas without a sign."""
    products = (n for p in statement.parts for n in p.walk() if isinstance(n, BinaryExpression))
    return any(
        n.operator == "*" or (n.operator == "" and not isinstance(n.left, Numeral))
        for n in products
    )


def _signal_letters(entries: Sequence[TensorReference], context: NetworkContext) -> Sequence[str]:
    """The tensors whose error signal every bare delta may be."""
    sets = [delta_letters(e, context) for e in entries if e.kind and not e.letter]
    if not sets:
        return ("",)
    return [x for x in sets[0] if all(x in s for s in sets)] or sets[0] or ("",)


def _learning_rate(parts: Sequence[SyntaxNode]) -> Fraction | str | None:
    """The learning rate: the letter that stands for it, or else the number that it is."""
    names = {n.name for p in parts for n in p.walk() if isinstance(n, Identifier)} & RATES
    if len(names) == 1:
        return names.pop()
    return next((r for p in parts if (r := find_leading_factor(p)) is not None), None)


def choose_interpretation(
    found: Sequence[Interpretation], holds: Callable[[Options], bool]
) -> Interpretation:
    """The first reading under which a statement holds, or else the first that makes sense."""
    if len(found) == 1:
        return found[0]
    sensible: Interpretation | None = None
    for reading in found:
        with suppress(SymconvError, Undefined):
            if holds(reading[0]):
                return reading
            sensible = sensible or reading
    return sensible or found[0]
