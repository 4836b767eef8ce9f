r"""What starts with a backslash, whether or not it was lost: `\frac`, `\sum`, `\mathbf{w}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.tree import Apply, Node
from symconv.claims.model.vocabulary import FUNCTIONS

from .calls import applied, call
from .conditions import indicator
from .derivatives import differential, fraction
from .matrices import cases, matrix
from .scripts import scripts
from .sums import total

if TYPE_CHECKING:
    from .parser import Parser


def command(at: Parser) -> Node:
    """The node that a command makes."""
    word = at.peek().text
    if word in RULES:
        return RULES[word](at)
    if word.startswith("begin"):
        return matrix(at)
    return at.fail(f"'{word}' was not expected here", "a number, a name or a bracket")


def _sum(at: Parser) -> Node:
    return call(at) if at.peek(1).text == "(" else total(at)


def _partial(at: Parser) -> Node:
    found = differential(at, "partial")
    return found or at.fail("the derivative is not read", "\\frac{\\partial C}{\\partial w_1}")


def _root(at: Parser) -> Node:
    token = at.take()
    body = at.factor()
    return Apply("sqrt", (body,), span=(token.start, body.span[1]))


def _styled(at: Parser) -> Node:
    r"""`\mathbf{w}`, `\hat{y}`: the letter inside."""
    mark = at.take()
    braced = at.peek().text == "{"
    if braced:
        at.take()
    token = at.take()
    if token.text == "1" and mark.text == "style":
        if braced:
            at.expect("}")
        return indicator(at)
    if token.kind != "name":
        at.fail("a letter is expected here", "\\mathbf{w}", token.span)
    if braced:
        at.expect("}")
    name = at.table.hatted(token.text) if mark.text == "hat" else token.text
    if at.peek().text == "(" and name in FUNCTIONS:
        return applied(at, token)
    return at.table.bind(name, scripts(at, token), at)


RULES = {
    "frac": fraction, "sum": _sum, "partial": _partial, "sqrt": _root, "begin cases": cases,
    "style": _styled, "hat": _styled,
}  # fmt: skip
