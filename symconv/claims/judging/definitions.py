"""What a post says and later statements may use: values, single entries, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from symconv.claims.evaluation.assignments import Cells, Values
from symconv.claims.evaluation.indices import key_of, place_of
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.printed_numbers import literal
from symconv.claims.model.tree import Entry, Matrix, Node, Number, Statement, Symbol
from symconv.core.errors import SymconvError

Named = tuple[str, tuple[str, ...]]


def with_values(values: Values, statement: Statement, facts: Facts, base: int) -> Values:
    """The values together with those that a statement gives."""
    if len(statement.parts) != 2:
        return values
    left, right = statement.parts
    digits = literal(right)
    if digits is None:
        return values
    whole = _whole(left, right, digits)
    if whole is not None:
        return {**values, **whole}
    found = dict(values)
    for entry, number in zip(_entries(left), digits, strict=False):
        key, place = _place(entry, facts, base)
        if key:
            known = found.get(key)
            cells = known.cells if isinstance(known, Cells) else {}
            found[key] = Cells({**cells, place: number.value})
    return found


def _whole(left: Node, right: Node, digits: list[Number]) -> Mapping[str, Any] | None:
    """`w = [[1, 0], [0, 1]]`, `eta = 0.1`."""
    if isinstance(left, Symbol):
        name = left.name
    elif isinstance(left, Entry) and left.indices is None and not left.kind:
        layer = literal(left.layer) if left.layer is not None else None
        name = left.letter + (f"^{layer[0].value}" if layer else "")
    else:
        return None
    if not isinstance(right, Matrix):
        return {name: digits[0].value}
    numbers = iter(digits)
    rows: list[list[Fraction]] = [[next(numbers).value for _ in row] for row in right.rows]
    return {name: rows if len(rows) > 1 else rows[0]}


def _entries(left: Node) -> Iterator[Entry]:
    """`w_{0,0}`, or the entries of a matrix of them."""
    if isinstance(left, Matrix):
        for row in left.rows:
            for item in row:
                yield from _entries(item)
    elif isinstance(left, Entry) and not left.kind:
        yield left


def _place(entry: Entry, facts: Facts, base: int) -> tuple[str, tuple[int, ...]]:
    """The tensor and the entry of it; an empty name where there is no such entry."""
    try:
        key = key_of(entry, {}, facts, "")
        shape = facts.shape(facts.tensors[key])
        place = place_of(entry.indices or (), {}, shape, base, facts)
    except (SymconvError, NotChecked, KeyError):
        return "", ()
    return ("", ()) if place is None else (key, place)


def defined(statement: Statement) -> tuple[Named, Node] | None:
    """The name, the parameters and the body of a definition."""
    left, body = statement.parts[0], statement.parts[-1]
    if isinstance(left, Symbol):
        return (left.name, ()), body
    if isinstance(left, Entry) and not left.kind:
        names = [i.name for i in left.indices or () if isinstance(i, Symbol)]
        if len(names) == len(left.indices or ()):
            return (left.letter, tuple(names)), body
    return None
