r"""Short forms: `e^{-z}`, `\nabla_w E`, and the names of code, `dw` and `grad_w`, for gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Apply, Entry, Node, Symbol

from .brackets import enclosed
from .scripts import scripts

if TYPE_CHECKING:
    from .parser import Parser


def exponential(at: Parser) -> Node | None:
    """`e^{-z}`, `e**(-z)`; None where e is something else."""
    if at.peek(1).text not in {"^", "power"}:
        return None
    start = at.take()
    at.take()
    exponent = enclosed(at) if at.peek().text in {"{", "("} else at.factor()
    return Apply("exp", (exponent,), span=(start.start, exponent.span[1]))


def gradient(at: Parser) -> Node | None:
    """`dw`, as programs call dC/dw; None where d is something else."""
    name = at.peek(1)
    if name.text == at.table.facts.cost:
        return None
    if name.kind != "name" or name.start != at.peek().stop or name.text not in at.table.letters:
        return None
    if not at.starts_statement():
        return None
    start = at.take()
    found = at.base()
    if not isinstance(found, Entry):
        return at.fail("a derivative is dC/dw", "dC/dw", found.span)
    return _signal(at, replace(found, span=(start.start, found.span[1])))


def gradient_by_name(at: Parser) -> Node | None:
    r"""`\nabla_w E`, `grad_w`, `\nabla_{w} E`; None where it is something else."""
    place = at.place
    token = at.take()
    found = scripts(at, token)
    names = [n.name for n in found.sub or () if isinstance(n, Symbol)]
    if len(names) != 1 or names[0] not in at.table.letters:
        at.place = place
        return None
    cost = at.peek()
    if cost.kind == "name" and at.table.alias(cost.text) == at.table.facts.cost:
        at.take()
    found.sub = found.sub[1:] or None if found.sub else None
    entry = at.table.bind(names[0], found, at)
    if not isinstance(entry, Entry):
        return at.fail("a gradient is dC/dw", "\\nabla_w C", found.whole)
    return _signal(at, replace(entry, span=(token.start, at.last.stop)))


def _signal(at: Parser, entry: Entry) -> Entry:
    at.table.note(f"read as the derivative of {at.table.facts.cost} by {entry.letter}")
    return replace(entry, kind="delta")
