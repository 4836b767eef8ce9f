"""What follows a dot, as in NumPy: `W.T`, `W.T.dot(delta)`, `(a * b).sum()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.tree import Apply, Binary, Node

if TYPE_CHECKING:
    from .parser import Parser

TRANSPOSED = {"T", "{T}", "{styleT}", "{style{T}}", "styleT", "style{T}"}
LONGEST = 7
REDUCTIONS = {"sum", "mean", "max"}


def transposes(at: Parser) -> int:
    r"""How many tokens after the next one make `T`, `{T}` or `{\mathsf{T}}`; 0 where none do."""
    for count in range(1, LONGEST):
        if "".join(at.peek(n).text for n in range(1, count + 1)) in TRANSPOSED:
            return count
    return 0


def is_method(at: Parser) -> bool:
    """Whether a dot and a method follow."""
    word, opens = at.peek(1).text, at.peek(2).text == "("
    return at.peek().text == "." and (word == "T" or (opens and word in {"dot", *REDUCTIONS}))


def method(at: Parser, base: Node) -> Node:
    """A base with one method."""
    at.take()
    word = at.take()
    if word.text == "T":
        return Apply("transpose", (base,), span=(base.span[0], word.stop))
    at.expect("(")
    if word.text in REDUCTIONS:
        stop = at.expect(")")
        return Apply(word.text, (base,), span=(base.span[0], stop.stop))
    with at.within():
        other = at.sum_of_terms()
        stop = at.expect(")")
    return Binary("@", base, other, span=(base.span[0], stop.stop))
