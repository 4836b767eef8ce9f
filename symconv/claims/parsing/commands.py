r"""What starts with a backslash, whether or not it was lost: `\frac`, `\sum`, `\mathbf{w}`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    Cases,
    Condition,
    FunctionCall,
    MatrixLiteral,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import FUNCTIONS
from symconv.claims.readings.bar import ADJOINT, BAR, MEAN

from .brackets import parse_condition, parse_indicator
from .calls import parse_call, parse_call_of
from .derivatives import parse_differential, parse_fraction
from .scripts import parse_scripts
from .sums import parse_sum

if TYPE_CHECKING:
    from .parser import Parser

BEFORE_CONDITION = {"&", ",", "if", "for", "where", "style", "{", "}"}


def parse_matrix(at: Parser) -> SyntaxNode:
    r"""`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`."""
    start = at.take()
    name = start.text.split()[1]
    if name == "array" and at.peek().text == "{":
        while at.take().text != "}":
            pass
    rows: list[list[SyntaxNode]] = [[]]
    with at.within():
        while not (at.peek().kind == "command" and at.peek().text.startswith("end ")):
            if at.peek().kind == "row":
                at.take()
                rows.append([])
            elif at.peek().text == "&":
                at.take()
            elif at.peek().kind == "end":
                at.fail(f"'\\end{{{name}}}' is missing", f"\\end{{{name}}}")
            else:
                rows[-1].append(at.sum_of_terms())
        stop = at.take()
    full = tuple(tuple(row) for row in rows if row)
    if not full:
        at.fail("an empty matrix", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}", start.span)
    return MatrixLiteral(full, span=(start.start, stop.stop))


def parse_cases(at: Parser) -> SyntaxNode:
    r"""`\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}`."""
    start = at.take()
    branches: list[tuple[SyntaxNode, SyntaxNode | None]] = []
    with at.inside_brackets():
        while not at.peek().text.startswith("end "):
            if at.peek().kind == "row" or at.peek().text in {",", "."}:
                at.take()
                continue
            value = at.sum_of_terms()
            while at.peek().text in BEFORE_CONDITION:
                at.take()
            branches.append((value, _parse_case_condition(at)))
        stop = at.take()
    return Cases(tuple(branches), span=(start.start, stop.stop))


def _parse_case_condition(at: Parser) -> SyntaxNode | None:
    """`x > 0`; None for what is left over."""
    if at.peek().text in {"otherwise", "else"}:
        at.take()
        while at.peek().text == "}":
            at.take()
        return None
    found = parse_condition(at, equal=True)
    if not isinstance(found, Condition):
        at.fail("a condition is expected here", "x > 0")
    return found


def parse_command(at: Parser) -> SyntaxNode:
    """The node that a command makes."""
    word = at.peek().text
    if word in RULES:
        return RULES[word](at)
    if word.startswith("begin"):
        return parse_matrix(at)
    return at.fail(f"'{word}' was not expected here", "a number, a name or a bracket")


def _parse_sum_or_call(at: Parser) -> SyntaxNode:
    return parse_call(at) if at.peek(1).text == "(" else parse_sum(at)


def _parse_partial(at: Parser) -> SyntaxNode:
    found = parse_differential(at, "partial")
    return found or at.fail("the derivative is not read", "\\frac{\\partial C}{\\partial w_1}")


def _parse_root(at: Parser) -> SyntaxNode:
    token = at.take()
    body = at.factor()
    return FunctionCall("sqrt", (body,), span=(token.start, body.span[1]))


def _parse_styled_letter(at: Parser) -> SyntaxNode:
    r"""`\mathbf{w}`, `\hat{y}`: the letter inside."""
    mark = at.take()
    braced = at.peek().text == "{"
    if braced:
        at.take()
    token = at.take()
    if token.text == "1" and mark.text == "style":
        if braced:
            at.expect("}")
        return parse_indicator(at)
    if token.kind != "name":
        at.fail("a letter is expected here", "\\mathbf{w}", token.span)
    if braced:
        at.expect("}")
    name = at.table.hatted(token.text) if mark.text == "hat" else token.text
    if at.peek().text == "(" and name in FUNCTIONS:
        return parse_call_of(at, token)
    return at.table.bind(name, parse_scripts(at, token), at)


def _parse_barred_letter(at: Parser) -> SyntaxNode:
    r"""`\bar{w}`: the adjoint of w, its mean, or a letter of its own."""
    mark = at.take()
    braced = at.peek().text == "{"
    if braced:
        at.take()
    token = at.take()
    letter = at.table.find_letter(token.text) if token.kind == "name" else None
    if letter is None:
        at.fail("the letter of a tensor is expected here", "\\bar{w}", token.span)
    inner = parse_scripts(at, token) if braced else None
    if braced:
        at.expect("}")
    scripts = parse_scripts(at, token) if inner is None or inner.is_bare else inner
    entry = at.table.bind(token.text, scripts, at)
    meaning = at.table.choose(BAR, letter, (ADJOINT, MEAN))
    span = (mark.start, at.last.stop)
    if meaning == MEAN or not isinstance(entry, TensorReference):
        return FunctionCall("mean", (entry,), span=span)
    return replace(entry, kind="delta", span=span)


RULES = {
    "frac": parse_fraction, "sum": _parse_sum_or_call, "partial": _parse_partial,
    "sqrt": _parse_root, "begin cases": parse_cases,
    "style": _parse_styled_letter, "hat": _parse_styled_letter, "bar": _parse_barred_letter,
}  # fmt: skip
