"""Recursive descent over the tokens of a claim: chains, sums, products, powers.

Each method reads one rule of the grammar and answers a node with its place in the text; the rules
of brackets, calls, scripts, sums and derivatives have a module each.
"""

from __future__ import annotations

from collections.abc import Sequence

from symconv.claims.model.errors import MOST_FACTORS
from symconv.claims.model.tree import Apply, Binary, Negative, Node, Power, Statement, Symbol, join

from .brackets import enclosed, list_of_numbers, magnitude, number, one_or_number
from .calls import call, is_call
from .commands import command
from .cursor import Cursor
from .derivatives import differential
from .lexer import tokens
from .methods import is_method, method, transposes
from .name_resolution import Table
from .scripts import scripts
from .shorthand import exponential, gradient, gradient_by_name
from .tokens import Token
from .updates import as_update, difference

RELATIONS = {"=", ":=", "~", "<-", "=>", "-=", "+="}
PRODUCTS = {"*", "/", "conv", "corr", "had", "@"}
TURNED = {"+": "-", "-": "+"}
LONG_SUM = 40
SENTENCE = {"for", "if", "where", "otherwise", "in", "else"}


def read(text: str, table: Table) -> Statement:
    """The statement that a text makes; ClaimError with a caret where it is not read."""
    return Parser(text, tokens(text, table.vocabulary), table).statement()


class Parser(Cursor):
    """One pass over one statement."""

    def __init__(self, text: str, found: list[Token], table: Table) -> None:
        super().__init__(text, found)
        self.table = table

    def statement(self) -> Statement:
        """`part = part = ...` up to the end, a final comma or full stop left out."""
        parts, marks = [self.side()], []
        while self.peek().text in RELATIONS and self.peek().kind == "op":
            marks.append(self.take().text)
            parts.append(self.side())
        while self.peek().kind == "row" or self.peek().text in {".", ",", ";"}:
            self.take()
        if self.peek().kind != "end":
            self.fail(f"'{self.peek().text}' was not expected here", "an operator, '=' or the end")
        if not marks:
            self.fail("this is no statement: there is no '='", "dC/dw_1 = ...")
        notes = tuple(self.table.take_notes())
        found = Statement(self.text, tuple(parts), tuple(marks), notes)
        return as_update(found, self.table)

    def side(self) -> Node:
        """One part of a chain."""
        while self.peek().text in {"&", ","} or self.peek().kind == "row":
            self.take()
        if self.peek().kind == "end":
            self.fail("a side of the equation is empty", "dC/dw_1 = ...")
        return self.sum_of_terms()

    def sum_of_terms(self) -> Node:
        """`-a + b - c`."""
        with self.deeper():
            terms = [("+", self.term())]
            while True:
                self.skip_layout()
                if self.peek().text not in {"+", "-"} or self.peek().kind != "op":
                    return added(terms)
                terms.append((self.take().text, self.term()))

    def index_sum(self) -> Node:
        """A sum of terms whose letters are indices."""
        return self.table.as_index(self.sum_of_terms())

    def term(self) -> Node:
        """Factors, with or without a sign between them."""
        left, start = self.factor(), self.peek()
        for _ in range(MOST_FACTORS):
            token = self.peek()
            sign = token.text if token.kind == "op" and token.text in PRODUCTS else ""
            if sign:
                self.take()
            elif not self.starts_factor():
                return left
            right = self.factor()
            left = Binary(sign, left, right, span=join(left, right))
        return self.fail(f"more than {MOST_FACTORS} factors in one term", "powers", start.span)

    def starts_factor(self) -> bool:
        """Whether a factor follows without a sign before it."""
        token = self.peek()
        if token.kind == "name" and token.text in SENTENCE:
            return False
        if token.kind == "command":
            return not token.text.startswith("end")
        return token.kind in {"number", "name"} or token.text in {"(", "{"}

    def factor(self) -> Node:
        """A sign, a base and what stands after it: powers, transposes."""
        token = self.peek()
        if token.kind == "op" and token.text in {"+", "-"}:
            self.take()
            with self.deeper():
                body = self.factor()
            return Negative(body, span=(token.start, body.span[1])) if token.text == "-" else body
        base = self.base()
        while True:
            if self.peek().text in {"^", "power", "T", "'"} and self.peek().kind == "op":
                base = self.raised(base)
            elif is_method(self):
                base = method(self, base)
            else:
                return base

    def raised(self, base: Node) -> Node:
        """A base with one exponent, or transposed."""
        count = transposes(self) if self.peek().text == "^" else 0
        mark = self.take()
        if mark.text == "T" or count:
            self.place += count
            return Apply("transpose", (base,), span=(base.span[0], self.last.stop))
        if mark.text == "'":
            self.fail("a prime belongs to a function or to an index", "f'(x), m'", mark.span)
        if isinstance(base, Power) and mark.text == "^" and not self.closed:
            self.fail("two superscripts in a row", "(o_1^2)^2", mark.span)
        if self.peek().text in {"circ", "had"}:
            self.fail("this exponent is not read", "a number")
        exponent = self.group() if mark.text == "^" else self.factor()
        return Power(base, exponent, span=join(base, exponent))

    def group(self) -> Node:
        """What follows `^`: one token, or braces."""
        token = self.peek()
        if token.text in {"{", "("}:
            return enclosed(self)
        if token.text == "-":
            self.take()
            body = self.group()
            return Negative(body, span=(token.start, body.span[1]))
        if token.kind == "number":
            return number(self)
        if token.kind == "name":
            self.take()
            return Symbol(token.text + self.primes(), span=token.span)
        return self.fail("a superscript is missing", "x^2, w^{(1)}")

    def base(self) -> Node:
        """A number, a name, brackets, or a command."""
        token = self.peek()
        self.closed = token.kind != "name"
        by_kind = {"number": one_or_number, "name": named, "command": command}
        by_text = {"(": enclosed, "{": enclosed, "[": list_of_numbers, "|": magnitude}
        rule = by_kind.get(token.kind) or by_text.get(token.text)
        if rule is not None:
            return rule(self)
        said = f"'{token.text}' was not expected here"
        said = "the formula stops here" if token.kind == "end" else said
        return self.fail(said, "a number, a name or a bracket")


def added(terms: Sequence[tuple[str, Node]]) -> Node:
    """Terms with their signs as a tree; long sums are cut in halves, so that it stays flat."""
    if len(terms) > LONG_SUM:
        half = len(terms) // 2
        sign = terms[half][0]
        rest = terms[half:] if sign == "+" else [(TURNED[s], n) for s, n in terms[half:]]
        left, right = added(terms[:half]), added(rest)
        return Binary(sign, left, right, span=join(left, right))
    found = terms[0][1]
    for sign, node in terms[1:]:
        found = Binary(sign, found, node, span=join(found, node))
    return found


def named(at: Parser) -> Node:
    """A name with its scripts; a function with its arguments; a differential quotient."""
    if at.peek().text == "d" and (found := differential(at, "d")) is not None:
        return found
    if is_call(at):
        return call(at)
    rule = SPECIAL.get(at.peek().text)
    if rule is not None and at.peek().text not in at.table.letters and (found := rule(at)):
        return found
    token = at.take()
    return at.table.bind(token.text, scripts(at, token), at)


SPECIAL = {
    "e": exponential, "d": gradient, "Delta": difference, "nabla": gradient_by_name,
    "grad": gradient_by_name,
}  # fmt: skip
