"""The tokens of an equation, and a place among them at which a mistake can be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from symconv.core.errors import SymconvError

from .tree import Node, Span

TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<mark>\*\*|\S))"
)
DEEPEST = 40
EXAMPLE = "y[i,j] = sum(m<3, n<3) w[m,n] * x[i+m, j+n] for i<6, j<6"


@dataclass(frozen=True)
class Token:
    """A number, a name or a mark, and where it stands."""

    kind: str
    text: str
    span: Span


def tokens(text: str, start: int, stop: int) -> tuple[Token, ...]:
    """The tokens of text[start:stop], and one at its end."""
    found: list[Token] = []
    while (match := TOKEN.match(text, start, stop)) is not None:
        kind = match.lastgroup or ""
        found.append(Token(kind, match.group(kind), match.span(kind)))
        start = match.end()
    return (*found, Token("end", "", (stop, stop)))


@dataclass
class Cursor:
    """Goes through the tokens of one equation once; `text` is what they were cut from."""

    text: str
    tokens: tuple[Token, ...]
    at: int = 0
    depth: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def fail(self, message: str, help: str = EXAMPLE) -> NoReturn:  # noqa: A002
        raise SymconvError(message, text=self.text, position=self.next.span, help=help)

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these."""
        if self.next.text not in texts or self.next.kind == "end":
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, mark: str) -> Token:
        token = self.take(mark)
        if token is None:
            self.fail(f"expected '{mark}' {self.found()}")
        return token

    def found(self) -> str:
        return "here" if self.next.kind == "end" else f"instead of '{self.next.text}'"

    def name(self) -> Token:
        if self.next.kind != "name":
            self.fail(f"expected a name {self.found()}")
        self.at += 1
        return self.tokens[self.at - 1]

    def since(self, start: int) -> Span:
        return start, self.tokens[self.at - 1].span[1]

    def nested(self, rule: Callable[[], Node]) -> Node:
        """A rule one level deeper; the depth has a limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"the equation is nested deeper than {DEEPEST} levels", "use fewer brackets")
        node = rule()
        self.depth -= 1
        return node
