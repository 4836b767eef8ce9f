"""The values of the free indices of a claim, as far as a proof may use that they are no others.

They are those at which the evaluator of claims tries it: an index counts the axes that it stands
at in the first part that has it at one, and the indices of an entry that is split as its derivative
is, as in x_{2 u + m}, have the ranges of that equation.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Symbol, expand

from symconv.claims.evaluation.comparison import Question
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    Statement,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import limit_index
from symconv.core.equation import Equation

from .index_limits import IndexReader, IndexValues


def find_free_ranges(reader: IndexReader, question: Question, env: IndexValues) -> list[IndexForm]:
    """The forms that are at least 0 wherever a claim is tried."""
    split = _split_ranges(reader, question.statement, env)
    found: list[IndexForm] = []
    for name in env:
        extents = split.get(name) or _counted_extents(reader, name, question.statement)
        place = env[name].shift(-reader.options.base)
        for extent in extents:
            found += limit_index(place, extent)
    return found


def _counted_extents(reader: IndexReader, name: str, statement: Statement) -> list[Coefficient]:
    for part in statement.parts:
        uses = list(reader.uses(name, part))
        plain = [u.extent for u in uses if isinstance(u.index, Identifier)]
        if plain:
            return plain
    return []


def _split_ranges(
    reader: IndexReader, statement: Statement, env: IndexValues
) -> dict[str, list[Coefficient]]:
    """The extents of the indices of every derivative that is written as its equation is split."""
    found: dict[str, list[Coefficient]] = {}
    for by in (e for part in statement.parts for e in _derivative_entries(part)):
        tensor = reader.context.deltas.get(reader.key(by))
        equation = reader.context.program.equation(tensor.key) if tensor else None
        if equation is None:
            continue
        for node, place in zip(by.indices or (), equation.lhs.indices, strict=False):
            if not place.is_Symbol:
                found |= _match_axis(reader, node, equation, place, env)
    return found


def _derivative_entries(part: SyntaxNode) -> Iterator[TensorReference]:
    for n in part.walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(by, TensorReference) and by.indices and (by is not n or by.kind):
            yield by


def _match_axis(
    reader: IndexReader, node: SyntaxNode, equation: Equation, place: object, env: IndexValues
) -> dict[str, list[Coefficient]]:
    """The indices of one axis, matched by their coefficients; nothing where they do not match."""
    names = {n.name for n in node.walk() if isinstance(n, Identifier)}
    if any(n not in env and n not in reader.context.size_names for n in names):
        return {}
    said = {slope: name for name, slope in reader.index(node, env).slopes.items()}
    written = expand(place)
    ranges = dict(equation.ranges)
    meant: dict[Coefficient, Symbol] = {
        reader.sizes.coefficient(written.coeff(v)): v for v in ranges if written.has(v)
    }
    if said.keys() != meant.keys() or len(said) != len(names & env.keys()):
        return {}
    return {said[s]: [reader.sizes.coefficient(ranges[v])] for s, v in meant.items()}
