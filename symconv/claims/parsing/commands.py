r"""What starts with a backslash, whether or not it was lost: `\frac`, `\sum`, `\mathbf{w}`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.errors import MOST_POWER
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    Exponentiation,
    FunctionCall,
    Numeral,
    Span,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import INDICATORS
from symconv.claims.readings.bar import ADJOINT, BAR, MEAN

from .array_literals import as_matrix
from .calls import is_applied, parse_call, parse_call_of
from .conditions import JOINED, holds_relation, parse_condition, parse_indicator
from .derivatives import parse_differential, parse_fraction
from .gradient_operators import parse_gradient_operator
from .numerals import parse_number
from .scripts import parse_scripts
from .sums import parse_sum

if TYPE_CHECKING:
    from .parser import Parser

MOST_EXACT = 10**12
"""The largest number whose root is looked for: a float has more digits."""

BEFORE_CONDITION = {"&", ",", "if", "for", "where", "when", "style", "{", "}"}


def parse_matrix(at: Parser) -> SyntaxNode:
    r"""`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`."""
    start = at.take()
    name = start.text.split()[1]
    if name == "array" and at.peek().text == "{":
        while at.take().text != "}":
            pass
    rows: list[list[SyntaxNode]] = [[]]
    with at.within(separated=True):
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
    full = [row for row in rows if row]
    if not full:
        at.fail("an empty matrix", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}", start.span)
    return as_matrix(at, full, (start.start, stop.stop))


def parse_cases(at: Parser) -> SyntaxNode:
    r"""`\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}`."""
    start = at.take()
    branches: list[tuple[SyntaxNode, SyntaxNode | None]] = []
    with at.inside_brackets(separated=True):
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
    if at.peek().text in {"otherwise", "else"} or at.peek().text.startswith("end "):
        if not at.peek().text.startswith("end "):
            at.take()
        while at.peek().text == "}":
            at.take()
        return None
    found = parse_condition(at, equal=True, commas=True)
    if not isinstance(found, JOINED):
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
    if at.peek(1).text != "(":
        return parse_sum(at)
    return _parse_bare_sum(at) or parse_call(at)


def _parse_bare_sum(at: Parser) -> SyntaxNode | None:
    r"""`\sum (y - t)^2`: the sum of all entries of the power; None where it is a call.

    A function `sum` has no backslash, and its power is that of the sum.
    """
    token, place = at.peek(), at.place
    if at.text[token.start : token.start + 1] != "\\":
        return None
    at.take()
    body = at.factor()
    if isinstance(body, Exponentiation):
        if at.starts_factor():
            at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", token.span)
        return FunctionCall("sum", (body,), span=(token.start, body.span[1]))
    at.place = place
    return None


def _parse_partial(at: Parser) -> SyntaxNode:
    if at.peek(1).text == "_":
        found = parse_gradient_operator(at)
        hint = "\\partial_{w_1} C"
        return found or at.fail("an operator is ∂ with an entry below, and the cost", hint)
    found = parse_differential(at, "partial")
    return found or at.fail("the derivative is not read", "\\frac{\\partial C}{\\partial w_1}")


def _parse_root(at: Parser) -> SyntaxNode:
    r"""`\sqrt{x}`, `\sqrt2`, `\sqrt[3]{8}`."""
    token, degree = at.take(), None
    if at.peek().text == "[":
        at.take()
        if at.peek().kind != "number":
            at.fail("the degree of a root is a number", "\\sqrt[3]{8}")
        degree = parse_number(at)
        at.expect("]")
    body = at.base() if at.peek().text in {"{", "("} else at.factor()
    span = (token.start, at.last.stop)
    if degree is None or degree.value == 2:
        return FunctionCall("sqrt", (body,), span=span)
    return _take_root(at, body, degree, span)


def _take_root(at: Parser, body: SyntaxNode, degree: Numeral, span: Span) -> SyntaxNode:
    """The root of a number that is one; others are powers with a fraction as the exponent."""
    if degree.value.denominator != 1 or not 1 <= degree.value <= MOST_POWER:
        at.fail("this root is not read", "\\sqrt[3]{8}", degree.span)
    if isinstance(body, Numeral) and 0 <= body.value <= MOST_EXACT:
        guess = round(float(body.value) ** (1 / int(degree.value)))
        if guess ** int(degree.value) == body.value:
            return Numeral(Fraction(guess), span=span)
    exponent = BinaryExpression("/", Numeral(Fraction(1)), degree, span=degree.span)
    return Exponentiation(body, exponent, span=span)


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
    if is_applied(at, name):
        return parse_call_of(at, token)
    if name in INDICATORS and holds_relation(at, int(at.peek().text == "_")):
        return parse_indicator(at)
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
