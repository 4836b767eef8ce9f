r"""Signs on both sides of a formula: magnitudes, norms, floors and ceilings.

`|x|`, `\lVert a - t \rVert_2^2`, `\lfloor i/3 \rfloor`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import FunctionCall, SyntaxNode

if TYPE_CHECKING:
    from .parser import Parser

ROUNDED = {"⌊": ("⌋", "floor"), "⌈": ("⌉", "ceil")}
NORMS = {"": "norm", "2": "norm", "F": "norm", "1": "one_norm"}
"""The norms that are read, by what stands below the bars; without anything it is that of Euclid."""


def parse_rounded(at: Parser) -> SyntaxNode:
    r"""`\lfloor i/3 \rfloor`, `\lceil x \rceil`."""
    start = at.take()
    closing, function = ROUNDED[start.text]
    with at.within():
        body = at.sum_of_terms()
        stop = at.expect(closing)
    return FunctionCall(function, (body,), span=(start.start, stop.stop))


def parse_magnitude(at: Parser) -> SyntaxNode:
    """`|x|`."""
    start = at.take()
    with at.deeper(), at.between_bars("|"):
        body = at.sum_of_terms()
    stop = at.expect("|")
    return FunctionCall("absolute", (body,), span=(start.start, stop.stop))


def parse_norm(at: Parser) -> SyntaxNode:
    r"""`\|x\|`, `\|x\|_2^2`, `\|x\|_1`, `\|W\|_F^2`; a square has no root in it."""
    start = at.take()
    with at.deeper(), at.between_bars("||"):
        body = at.sum_of_terms()
    at.expect("||")
    below, square = "", False
    while at.peek().kind == "op" and (at.peek().text == "_" or _is_square(at)):
        if at.peek().text == "_" and not below:
            at.take()
            below = _take_short(at)
        elif not square:
            square = True
            at.take()
            _take_short(at)
        else:
            break
    if below not in NORMS:
        at.fail("this norm is not read", "\\|x\\|_2, \\|x\\|_1", (start.start, at.last.stop))
    function = NORMS[below]
    span = (start.start, at.last.stop)
    if square and function == "norm":
        return FunctionCall("squared_norm", (body,), span=span)
    found = FunctionCall(function, (body,), span=span)
    return FunctionCall("square", (found,), span=span) if square else found


def _is_square(at: Parser) -> bool:
    """Whether `^2`, `^{2}` or `**2` follows."""
    ahead = [at.peek(n).text for n in range(4)]
    return ahead[0] in {"^", "power"} and (ahead[1] == "2" or ahead[1:4] == ["{", "2", "}"])


def _take_short(at: Parser) -> str:
    """One token, or what stands in braces."""
    if at.peek().text != "{":
        return at.take().text
    at.take()
    found = ""
    while at.peek().text != "}" and at.peek().kind != "end":
        found += at.take().text
    at.expect("}")
    return found
