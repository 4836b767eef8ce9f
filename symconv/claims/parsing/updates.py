r"""Steps of gradient descent: `w^{(t+1)} = ...`, `w \leftarrow w - ...`, `w -= ...`, `\Delta w`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Binary, Entry, Node, Statement, Symbol

if TYPE_CHECKING:
    from .name_resolution import Table
    from .parser import Parser

ARROWS = {"<-", ":="}
STEPS = {"-=": "-", "+=": "+"}
NOTE = "read as one step of gradient descent"


def difference(at: Parser) -> Node:
    r"""`\Delta w`: the weight after the step less the weight before."""
    mark = at.take()
    entry = at.base()
    if not isinstance(entry, Entry):
        at.fail("the name of a weight is expected here", "\\Delta w_1", entry.span)
    new = replace(entry, fresh=True)
    return Binary("-", new, entry, span=(mark.start, entry.span[1]))


def as_update(statement: Statement, table: Table) -> Statement:
    """The statement with its left side after the step, if it is an assignment to a weight."""
    left, mark = statement.parts[0], statement.marks[0]
    target = _weight(left, table)
    if len(statement.parts) != 2 or target is None or target.fresh:
        return statement
    right = statement.parts[1]
    if mark in STEPS:
        right = Binary(STEPS[mark], target, right, span=right.span)
    elif not _reads(right, target) or (mark not in ARROWS and not isinstance(left, Symbol)):
        return statement
    new = replace(target, fresh=True)
    notes = (*statement.notes, NOTE)
    return replace(statement, parts=(new, right), marks=("=",), notes=notes)


def _weight(left: Node, table: Table) -> Entry | None:
    """The entry of a tensor on the left; `w'` stands for the new w, too."""
    if isinstance(left, Symbol) and left.name.rstrip("'") in table.facts.layers:
        return Entry(left.name.rstrip("'"), span=left.span)
    known = isinstance(left, Entry) and not left.kind and left.letter in table.facts.layers
    return left if isinstance(left, Entry) and known else None


def _reads(right: Node, target: Entry) -> bool:
    return any(n == target for n in right.walk())
