r"""Operators with what is differentiated by below them: `\partial_{w_1} C`, `D_u C`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import Differential, SyntaxNode, TensorReference

from .scripts import Scripts

if TYPE_CHECKING:
    from .parser import Parser


def as_error_signal(at: Parser, entry: SyntaxNode, start: int) -> TensorReference:
    """The derivative of the cost by an entry."""
    if not isinstance(entry, TensorReference):
        return at.fail("a derivative is dC/dw", "dC/dw", entry.span)
    entry = replace(entry, span=(start, at.last.stop))
    at.table.note(f"read as the derivative of {at.table.context.cost} by {entry.letter}")
    return replace(entry, kind="delta")


def takes_cost(at: Parser) -> bool:
    """Whether the cost follows, which is then used up."""
    cost = at.peek()
    found = cost.kind == "name" and at.table.alias(cost.text) == at.table.context.cost
    if found:
        at.take()
    return found


def parse_gradient_operator(at: Parser) -> SyntaxNode | None:
    r"""`\partial_{w_1} C`, `\nabla_{W^1} C`, `D_u C`, `\nabla_u (...)`; None where it is none.

    What follows is the cost, or the term that is differentiated.
    """
    place, mark = at.place, at.take()
    by = _parse_by(at)
    if by is None or by.kind:
        at.place = place
        return None
    if takes_cost(at):
        return as_error_signal(at, by, mark.start)
    if mark.text == "D" or not at.starts_factor():
        at.place = place
        return None
    with at.deeper():
        body = at.term() if mark.text == "nabla" else at.factor()
    return Differential(body, by, span=(mark.start, body.span[1]))


def _parse_by(at: Parser) -> TensorReference | None:
    """The subscript of an operator: an entry or a tensor of the network."""
    if at.peek().text != "_":
        return None
    at.take()
    braced = at.peek().text == "{"
    if braced:
        at.take()
    styled = int(at.peek().text == "style")
    name = at.peek(2 if styled and at.peek(1).text == "{" else styled)
    if name.kind != "name" or name.text not in at.table.letters:
        return None
    if braced:
        with at.within():
            found = at.base()
            at.expect("}")
    else:
        found = at.table.bind(name.text, Scripts(at.take().span), at)
    return found if isinstance(found, TensorReference) else None
