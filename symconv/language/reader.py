"""Reads an equation by recursive descent; the text is never evaluated.

equation  = access "=" sum ["for" ranges]
sum       = product {("+" | "-") product}
product   = signed {["*" | "/"] signed}
signed    = "-" signed | power
power     = atom ["^" integer]
atom      = number | name | access | name "(" sum ")" | reduction | "(" sum ")"
reduction = ("sum" | "max" | "logsumexp") "(" ranges ")" product
"""

from __future__ import annotations

from collections.abc import Callable

from symconv.core.errors import SymconvError

from .cursor import Cursor, Token, tokens
from .tree import Access, Binary, Call, Formula, Negative, Node, Number, Range, Reduction, Reference

REDUCTIONS = ("sum", "max", "logsumexp")
ROUNDING = ("floor", "ceil", "round")
FUNCTIONS = ("relu", "sigmoid", "tanh", "exp", "log", "sqrt", "softplus", "abs", "step", *ROUNDING)
LONGEST = 1000
MOST_DIGITS = 12


def read(text: str, start: int = 0, stop: int | None = None) -> Formula:
    """The equation in text[start:stop]; SymconvError shows the place of a mistake."""
    stop = len(text) if stop is None else stop
    if stop - start > LONGEST:
        raise SymconvError(f"the equation is longer than {LONGEST} characters")
    return _Reader(text, tokens(text, start, stop)).equation()


class _Reader(Cursor):
    """One method a rule of the grammar."""

    def equation(self) -> Formula:
        left = self.atom()
        if not isinstance(left, Access):
            self.at = 0
            self.fail("an equation starts with an entry of what it defines")
        self.expect("=")
        right = self.sum()
        ranges = self.ranges() if self.take("for") else ()
        if self.next.kind != "end":
            self.fail(f"expected the end of the equation {self.found()}")
        return Formula(self.since(left.span[0]), left, right, ranges)

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            node = self.binary(sign.text, node, right)
        return node

    def product(self) -> Node:
        node = self.nested(self.signed)
        while True:
            if sign := self.take("*", "/"):
                node = self.binary(sign.text, node, self.nested(self.signed))
            elif self.next.text == "(" or (self.next.kind != "mark" and self.starts_atom()):
                node = self.binary("*", node, self.nested(self.signed))
            else:
                return node

    def starts_atom(self) -> bool:
        return self.next.kind in {"name", "number"} and self.next.text != "for"

    def binary(self, operator: str, left: Node, right: Node) -> Node:
        span = (left.span[0], right.span[1])
        return Binary(span, operator, left, right)  # type: ignore[arg-type]

    def signed(self) -> Node:
        minus = self.take("-")
        if minus is None:
            return self.power()
        return Negative(self.since(minus.span[0]), self.nested(self.signed))

    def power(self) -> Node:
        base = self.atom()
        if not self.take("^", "**"):
            return base
        return self.binary("^", base, self.atom())

    def atom(self) -> Node:
        token = self.next
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            return self.named()
        if self.take("("):
            inside = self.nested(self.sum)
            self.expect(")")
            return inside
        return self.fail(f"expected a number, a name or a bracket {self.found()}")

    def number(self) -> Number:
        token = self.next
        if len(token.text) > MOST_DIGITS:
            self.fail(f"a number of more than {MOST_DIGITS} digits", "use fewer digits")
        self.at += 1
        return Number(token.span, token.text)

    def named(self) -> Node:
        token = self.name()
        if token.text in REDUCTIONS and self.take("("):
            return self.reduction(token)
        if self.take("["):
            places = self.listed(self.sum, "]")
            return Access(self.since(token.span[0]), token.text, places)
        if self.next.text == "(" and token.text in FUNCTIONS:
            self.expect("(")
            argument = self.nested(self.sum)
            self.expect(")")
            return Call(self.since(token.span[0]), token.text, argument)
        return Reference(token.span, token.text)

    def reduction(self, token: Token) -> Reduction:
        ranges = self.ranges()
        self.expect(")")
        body = self.nested(self.product)
        return Reduction(self.since(token.span[0]), token.text, ranges, body)  # type: ignore[arg-type]

    def ranges(self) -> tuple[Range, ...]:
        found = [self.range()]
        while self.take(","):
            found.append(self.range())
        return tuple(found)

    def range(self) -> Range:
        token = self.name()
        extent = self.nested(self.sum) if self.take("<") else None
        return Range(self.since(token.span[0]), token.text, extent)

    def listed(self, rule: Callable[[], Node], end: str) -> tuple[Node, ...]:
        found = [self.nested(rule)]
        while self.take(","):
            found.append(self.nested(rule))
        self.expect(end)
        return tuple(found)
