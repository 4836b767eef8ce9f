"""A place in a list of tokens, with errors that show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from .limits import MOST_DEPTH, ClaimError
from .syntax import Span
from .tokens import Token


class Cursor:
    """Reads tokens one after another and counts how deep brackets are nested."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        self.tokens = found
        self.place = 0
        self.depth = 0
        self.inside = 0
        self.closed = False
        self.end = Token("end", "", len(text), len(text) + 1)

    def peek(self, ahead: int = 0) -> Token:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else self.end

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def back(self, token: Token) -> None:
        """Return to a token that was taken."""
        self.place = self.tokens.index(token)

    @property
    def last(self) -> Token:
        return self.tokens[self.place - 1] if 0 < self.place <= len(self.tokens) else self.end

    def primes(self) -> str:
        found = ""
        while self.peek().kind == "op" and self.peek().text in {"'", "''"}:
            found += self.take().text
        return found

    def expect(self, text: str) -> Token:
        token = self.take()
        if token.text != text or token.kind == "end":
            self.fail(f"'{text}' is missing here", f"... {text}", token.span)
        return token

    def fail(self, message: str, hint: str, span: Span | None = None) -> NoReturn:
        start, stop = span or self.peek().span
        left = max(0, start - 60)
        shown = self.text[left : start + 80].replace("\n", " ")
        raise ClaimError(
            message, text=shown, position=(start - left, min(stop, start + 80) - left), help=hint
        )

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of nesting more."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(f"brackets are nested more than {MOST_DEPTH} deep", "fewer brackets")
        yield
        self.depth -= 1
