"""Matrices and piecewise values between a begin and an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.tree import Cases, Compare, Matrix, Node

from .conditions import condition

if TYPE_CHECKING:
    from .parser import Parser

BEFORE_CONDITION = {"&", ",", "if", "for", "where", "style", "{", "}"}


def matrix(at: Parser) -> Node:
    r"""`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`."""
    start = at.take()
    name = start.text.split()[1]
    if name == "array" and at.peek().text == "{":
        while at.take().text != "}":
            pass
    rows: list[list[Node]] = [[]]
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
    return Matrix(full, span=(start.start, stop.stop))


def cases(at: Parser) -> Node:
    r"""`\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}`."""
    start = at.take()
    branches: list[tuple[Node, Node | None]] = []
    with at.inside_brackets():
        while not at.peek().text.startswith("end "):
            if at.peek().kind == "row" or at.peek().text in {",", "."}:
                at.take()
                continue
            value = at.sum_of_terms()
            while at.peek().text in BEFORE_CONDITION:
                at.take()
            branches.append((value, _condition(at)))
        stop = at.take()
    return Cases(tuple(branches), span=(start.start, stop.stop))


def _condition(at: Parser) -> Node | None:
    """`x > 0`; None for what is left over."""
    if at.peek().text in {"otherwise", "else"}:
        at.take()
        while at.peek().text == "}":
            at.take()
        return None
    found = condition(at, equal=True)
    if not isinstance(found, Compare):
        at.fail("a condition is expected here", "x > 0")
    return found
