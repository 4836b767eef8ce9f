"""Reads an equation by recursive descent; the text is never evaluated.

equation  = (access | name) "=" sum ["for" ranges]
sum       = product {("+" | "-") product}
product   = signed {["*" | "/"] signed}
signed    = "-" signed | power
power     = atom ["^" ["-"] atom]
atom      = number | name | access | call | reduction | bracket | "(" sum ")"
access    = name ["^" integer] "[" sum {"," sum} "]"
call      = function "(" sum {"," sum} ")"
bracket   = "[" sum ("=" | "!=" | "<" | "<=" | ">" | ">=") sum "]"
reduction = ("sum" | "max" | "min" | "prod" | "logsumexp") "(" ranges ")" product
ranges    = name ["<" sum] {"," name ["<" sum]}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from symconv.core.errors import SymconvError

from .tree import (
    Access,
    BinaryOperation,
    BracketNode,
    ElementwiseCall,
    EquationNode,
    Formula,
    IndexReduction,
    Negation,
    NumberLiteral,
    Range,
    Reference,
    Span,
)

TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*(?:\^[0-9]{1,3}(?=\s*\[))?)|(?P<mark>\*\*|[<>!=]=|\S))"
)
DEEPEST = 40
"""How deep brackets and signs may be nested.

The parser calls itself several times a level, and Python stops at 1,000 calls.
"""

EXAMPLE = "y[i,j] = sum(m<3, n<3) w[m,n] * x[i+m, j+n] for i<6, j<6"


@dataclass(frozen=True)
class EquationToken:
    """A number, a name or a mark, and where it stands."""

    kind: str
    text: str
    span: Span


def tokenize_equation(text: str, start: int, stop: int) -> tuple[EquationToken, ...]:
    """The tokens of text[start:stop], and one at its end."""
    found: list[EquationToken] = []
    while (match := TOKEN.match(text, start, stop)) is not None:
        kind = match.lastgroup or ""
        found.append(EquationToken(kind, match.group(kind), match.span(kind)))
        start = match.end()
    return (*found, EquationToken("end", "", (stop, stop)))


@dataclass
class EquationCursor:
    """Goes through the tokens of one equation once; `text` is what they were cut from."""

    text: str
    tokens: tuple[EquationToken, ...]
    at: int = 0
    depth: int = 0

    @property
    def next(self) -> EquationToken:
        return self.tokens[self.at]

    def fail(self, message: str, help: str = EXAMPLE) -> NoReturn:  # noqa: A002
        raise SymconvError(message, text=self.text, position=self.next.span, help=help)

    def take(self, *texts: str) -> EquationToken | None:
        """The next token if it is one of these."""
        if self.next.text not in texts or self.next.kind == "end":
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, mark: str) -> EquationToken:
        token = self.take(mark)
        if token is None:
            self.fail(f"expected '{mark}' {self.found()}")
        return token

    def found(self) -> str:
        return "here" if self.next.kind == "end" else f"instead of '{self.next.text}'"

    def name(self) -> EquationToken:
        if self.next.kind != "name":
            self.fail(f"expected a name {self.found()}")
        self.at += 1
        return self.tokens[self.at - 1]

    def since(self, start: int) -> Span:
        return start, self.tokens[self.at - 1].span[1]

    def nested(self, rule: Callable[[], EquationNode]) -> EquationNode:
        """A rule one level deeper; the depth has a limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"the equation is nested deeper than {DEEPEST} levels", "use fewer brackets")
        node = rule()
        self.depth -= 1
        return node


REDUCTIONS = ("sum", "max", "min", "prod", "logsumexp")
ROUNDING = ("floor", "ceil", "round")
MANY = 1_000
"""More arguments than an equation of the longest text has."""

ARGUMENTS = {"max": (2, MANY), "min": (2, MANY), "mod": (2, 2), "clip": (3, 3)}
"""How many arguments functions take that have several; `max` and `min` go over indices, too."""

FUNCTIONS = (
    *("relu", "sigmoid", "tanh", "exp", "log", "sqrt", "softplus", "abs", "sign", "step"),
    *("sin", "cos", "tan", "erf", "silu", "gelu", *ARGUMENTS, *ROUNDING),
)
RELATIONS = ("=", "==", "!=", "<", "<=", ">", ">=")
LONGEST = 1000
"""The longest equation in characters; the example has 56."""

MOST_DIGITS = 12
"""The longest number in characters, as in the options of layers."""


def parse_equation(text: str, start: int = 0, stop: int | None = None) -> Formula:
    """The equation in text[start:stop]; SymconvError shows the place of a mistake."""
    stop = len(text) if stop is None else stop
    if stop - start > LONGEST:
        raise SymconvError(
            f"the equation is longer than {LONGEST} characters",
            help="give parts of it names of their own: a[i] = ... | y[i] = a[i] + ...",
        )
    return _EquationParser(text, tokenize_equation(text, start, stop)).equation()


class _EquationParser(EquationCursor):
    """One method a rule of the grammar."""

    def equation(self) -> Formula:
        left = self.atom()
        if isinstance(left, Reference):
            left = Access(left.span, left.name, ())
        if not isinstance(left, Access) or "^" in left.name:
            self.at = 0
            self.fail("an equation starts with an entry of what it defines")
        self.expect("=")
        right = self.sum()
        ranges = self.ranges() if self.take("for") else ()
        if self.next.kind != "end":
            self.fail(f"expected the end of the equation {self.found()}")
        return Formula(self.since(left.span[0]), left, right, ranges)

    def sum(self) -> EquationNode:
        node = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            node = self.binary(sign.text, node, right)
        return node

    def product(self) -> EquationNode:
        node = self.nested(self.signed)
        while True:
            if sign := self.take("*", "/"):
                node = self.binary(sign.text, node, self.nested(self.signed))
            # Factors side by side are a product: w[m] x[i + m], as formulas are written.
            elif self.next.text in {"(", "["} or (self.next.kind != "mark" and self.starts_atom()):
                node = self.binary("*", node, self.nested(self.signed))
            else:
                return node

    def starts_atom(self) -> bool:
        return self.next.kind in {"name", "number"} and self.next.text != "for"

    def binary(self, operator: str, left: EquationNode, right: EquationNode) -> EquationNode:
        span = (left.span[0], right.span[1])
        return BinaryOperation(span, operator, left, right)  # type: ignore[arg-type]

    def signed(self) -> EquationNode:
        minus = self.take("-")
        if minus is None:
            return self.power()
        return Negation(self.since(minus.span[0]), self.nested(self.signed))

    def power(self) -> EquationNode:
        base = self.atom()
        # The base is an atom, so -x^2 is -(x^2), and x^2^2 is not read.
        if not self.take("^", "**"):
            return base
        minus = self.take("-")
        exponent = self.atom()
        if minus:
            exponent = Negation(self.since(minus.span[0]), exponent)
        return self.binary("^", base, exponent)

    def atom(self) -> EquationNode:
        token = self.next
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            return self.named()
        if self.take("("):
            inside = self.nested(self.sum)
            self.expect(")")
            return inside
        if opening := self.take("["):
            return self.comparison(opening)
        return self.fail(f"expected a number, a name or a bracket {self.found()}")

    def number(self) -> NumberLiteral:
        token = self.next
        if len(token.text) > MOST_DIGITS:
            self.fail(f"a number of more than {MOST_DIGITS} digits", "use fewer digits")
        self.at += 1
        return NumberLiteral(token.span, token.text)

    def named(self) -> EquationNode:
        token = self.name()
        if self.take("["):
            places = self.listed(self.sum, "]")
            return Access(self.since(token.span[0]), token.text, places)
        if self.next.text != "(":
            self.refuse_function_alone(token)
            return Reference(token.span, token.text)
        self.take("(")
        if token.text in REDUCTIONS and (token.text not in FUNCTIONS or self.binds_indices()):
            return self.reduction(token)
        if token.text not in FUNCTIONS:
            self.refuse_call(token)
        arguments = self.listed(self.sum, ")")
        self.check_count(token, len(arguments))
        return ElementwiseCall(self.since(token.span[0]), token.text, arguments)

    def binds_indices(self) -> bool:
        """Whether `max(m<3, n) ...` begins here, and not `max(a, b)`: names, then a body."""
        rest = self.tokens[self.at :]
        depth = stop = 0
        for stop, token in enumerate(rest):  # noqa: B007 - where it stops is asked for
            depth += (token.text in {"(", "["}) - (token.text in {")", "]"})
            if depth < 0 or token.kind == "end":
                break
        inside, after = rest[:stop], rest[min(stop + 1, len(rest) - 1)]
        if len(inside) > 1 and inside[0].kind == "name" and inside[1].text == "<":
            return True
        names = all(t.kind == "name" or t.text == "," for t in inside)
        body = after.kind in {"name", "number"} and after.text != "for"
        return names and (body or after.text in {"(", "["})

    def check_count(self, token: EquationToken, count: int) -> None:
        """Refuse a function of too few or too many arguments."""
        least, most = ARGUMENTS.get(token.text, (1, 1))
        if least <= count <= most:
            return
        help_ = f"{token.text}({', '.join('abc'[:least])})"
        if token.text in REDUCTIONS:
            help_ += f", or {token.text}(m<3) x[m]"
        message = f"'{token.text}' has {count} argument{'s' * (count != 1)} here"
        raise SymconvError(message, text=self.text, position=token.span, help=help_)

    def refuse_call(self, token: EquationToken) -> NoReturn:
        """No name before a bracket is a factor: `cos(x)` would be a parameter times x."""
        raise SymconvError(
            f"no function is called '{token.text}'",
            text=self.text,
            position=token.span,
            help=f"known here: {', '.join(sorted({*FUNCTIONS, *REDUCTIONS}))}; "
            f"a product has its sign: {token.text} * (...)",
        )

    def refuse_function_alone(self, token: EquationToken) -> None:
        """A function without its argument would be a parameter of that name."""
        if token.text not in {*FUNCTIONS, *REDUCTIONS}:
            return
        raise SymconvError(
            f"'{token.text}' is a function, and its argument stands in brackets",
            text=self.text,
            position=token.span,
            help="sum(m<3) x[m]" if token.text not in FUNCTIONS else f"{token.text}(...)",
        )

    def comparison(self, opening: EquationToken) -> BracketNode:
        """The rest of `[a = b]`."""
        left = self.nested(self.sum)
        relation = self.take(*RELATIONS)
        if relation is None:
            self.fail(f"expected a comparison {self.found()}", "[i = j], [j <= i], [x[i] > 0]")
        right = self.nested(self.sum)
        self.expect("]")
        word = "=" if relation.text == "==" else relation.text
        return BracketNode(self.since(opening.span[0]), word, left, right)  # type: ignore[arg-type]

    def reduction(self, token: EquationToken) -> IndexReduction:
        ranges = self.ranges()
        self.expect(")")
        body = self.nested(self.product)
        return IndexReduction(self.since(token.span[0]), token.text, ranges, body)  # type: ignore[arg-type]

    def ranges(self) -> tuple[Range, ...]:
        found = [self.range()]
        while self.take(","):
            found.append(self.range())
        return tuple(found)

    def range(self) -> Range:
        token = self.name()
        extent = self.nested(self.sum) if self.take("<") else None
        return Range(self.since(token.span[0]), token.text, extent)

    def listed(self, rule: Callable[[], EquationNode], end: str) -> tuple[EquationNode, ...]:
        found = [self.nested(rule)]
        while self.take(","):
            found.append(self.nested(rule))
        self.expect(end)
        return tuple(found)
