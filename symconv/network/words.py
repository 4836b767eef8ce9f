"""Words of a network text: where they stand, and what a layer's option may be written as."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from sympy import Rational

from symconv.core.errors import SymconvError, did_you_mean

from .build import Span, placed
from .fields import Option
from .names import check_name

SIZE = re.compile(r"[A-WYZa-wyz][A-WYZa-wyz0-9_]{0,15}")
VALUE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}([_^][0-9]{1,3})?")
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?(e-?[0-9]{1,2})?")
MOST_DIGITS = 6


@dataclass(frozen=True)
class Token:
    """A word of the text and where it stands."""

    word: str
    start: int

    @property
    def span(self) -> Span:
        return self.start, self.start + len(self.word)


@dataclass(frozen=True)
class Words:
    """Reads single words of one text."""

    text: str

    def error(self, message: str, token: Token, help: str) -> SymconvError:  # noqa: A002
        """An error with the place of the word."""
        return SymconvError(message, text=self.text, position=token.span, help=help)

    def option(self, option: Option, token: Token) -> object:
        """The value of an option, as its kind says."""
        if option.kind == "name":
            return self.name(token)
        if option.kind == "value":
            return self.value(token)
        if option.kind == "number":
            return self.number(token)
        if option.kind == "choice":
            return self.choice(option, token)
        sizes = self.sizes(token, 0 if option.kind == "amounts" else 1)
        if option.kind == "size" and len(sizes) > 1:
            raise self.error(f"'{option.name}' is a single size", token, f"{option.name} 2")
        plural = option.name == "kernel" or len(sizes) > 1
        return sizes if plural else sizes[0]

    def name(self, token: Token) -> str:
        with placed(self.text, token.span):
            return check_name(token.word)

    def value(self, token: Token) -> str:
        """`a`, `a^1` or `a_1`."""
        if not VALUE.fullmatch(token.word):
            raise self.error(f"'{token.word}' names no value", token, "a or a^1")
        return token.word

    def number(self, token: Token) -> Rational:
        """`0.01`, `2`, `1e-5`, kept exactly."""
        if not NUMBER.fullmatch(token.word):
            raise self.error(f"'{token.word}' is no number", token, "0.01, 2, 1e-5")
        return Rational(Fraction(token.word))

    def choice(self, option: Option, token: Token) -> str:
        if token.word not in option.choices:
            help_ = did_you_mean(token.word, option.choices)
            raise self.error(f"'{token.word}' is no {option.name}", token, help_)
        return token.word

    def sizes(self, token: Token, least: int) -> tuple[int | str, ...]:
        """`3x3`, `HxW`, `2`: numbers of at least `least`, or names of sizes."""
        return tuple(self._size(part, token, least) for part in token.word.split("x"))

    def _size(self, part: str, token: Token, least: int) -> int | str:
        if SIZE.fullmatch(part):
            return part
        if not (part.isascii() and part.isdigit() and len(part) <= MOST_DIGITS):
            raise self.error(f"'{token.word}' is no size", token, "numbers or names: 3x3, HxW, 2")
        if int(part) < least:
            raise self.error(f"a size of {int(part)} is too small", token, f"at least {least}")
        return int(part)
