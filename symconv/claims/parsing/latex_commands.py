"""Commands of LaTeX as tokens, with or without their backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from symconv.claims.model.vocabulary import (
    BARS,
    COMMANDS,
    FUNCTIONS,
    HATS,
    LAYOUTS,
    LETTERS,
    OPERATORS,
    RELATIONS,
    SILENT,
    STYLES,
)
from symconv.core.errors import did_you_mean

from .cursor import ClaimToken

if TYPE_CHECKING:
    from .lexer import Lexer

WORD = re.compile(r"[A-Za-z]+")
AFTER_ROW = re.compile(r"\*?(?:\[-?[0-9.]{1,8}\s?[a-z]{2}\])?")
"""What a line break may have behind it: a star, a distance."""

ENVIRONMENT = re.compile(r"\s*\{\s*([a-z]+\*?)\s*\}")
ESCAPED = {"{": "(", "}": ")", "|": "||", "_": "_"}
SPACES = {",", ";", ":", "!", " ", "\n", ">"}
SAME_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "ell": "l"}
ONE_TOKEN = {
    **dict.fromkeys(STYLES, ("command", "style")),
    **dict.fromkeys(HATS, ("command", "hat")),
    **dict.fromkeys(BARS, ("command", "bar")),
    **{word: ("op", sign) for word, sign in (*RELATIONS.items(), *OPERATORS.items())},
    "dfrac": ("command", "frac"), "tfrac": ("command", "frac"), "prime": ("op", "'"),
    "top": ("name", "T"), "intercal": ("name", "T"),
}  # fmt: skip


def lex_backslash(at: Lexer, start: int) -> Iterator[ClaimToken]:
    """What a backslash opens: a line break, a command, an escaped bracket, a space."""
    if at.text.startswith("\\\\", start):
        match = AFTER_ROW.match(at.text, start + 2)
        at.place = match.end() if match else start + 2
        yield ClaimToken("row", "\\\\", start, at.place)
        return
    match = WORD.match(at.text, start + 1)
    if match is None:
        yield from _lex_escape(at, start)
        return
    word, at.place = match.group(), match.end()
    if at.text.startswith("*", at.place) and word + "*" in LAYOUTS:
        at.place += 1
    yield from lex_command(at, word, start)


def _lex_escape(at: Lexer, start: int) -> Iterator[ClaimToken]:
    at.place = start + 2
    after = at.text[start + 1 : start + 2]
    if at.lost and after in {" ", "\n"}:
        yield ClaimToken("row", "\\", start, start + 1)
    elif after in ESCAPED:
        yield ClaimToken("op", ESCAPED[after], start, at.place)
    elif after not in SPACES:
        raise at.error("a backslash without a command", start, start + 1, "\\frac, \\sum")


def lex_command(at: Lexer, word: str, start: int) -> Iterator[ClaimToken]:
    """The tokens of a command."""
    if word in {"begin", "end"}:
        yield from _lex_environment(at, word, start)
    elif word in SILENT:
        if at.text[at.place : at.place + 1] == ".":
            at.place += 1
    elif word in ONE_TOKEN:
        kind, text = ONE_TOKEN[word]
        yield ClaimToken(kind, text, start, at.place)
    elif word in COMMANDS:
        yield ClaimToken("command", word, start, at.place)
    elif word in LETTERS or word in FUNCTIONS or word in at.vocabulary.names:
        yield ClaimToken("name", SAME_LETTER.get(word, word), start, at.place)
    else:
        said = f"the command '\\{word}' is not read"
        raise at.error(said, start, at.place, suggest_command(word))


def _lex_environment(at: Lexer, word: str, start: int) -> Iterator[ClaimToken]:
    match = ENVIRONMENT.match(at.text, at.place)
    if match is None:
        said = f"'{word}' without the name of what it opens"
        raise at.error(said, start, at.place, "pmatrix")
    at.place = match.end()
    if match.group(1) not in LAYOUTS:
        yield ClaimToken("command", f"{word} {match.group(1)}", start, at.place)


def suggest_command(word: str) -> str:
    """The command that was probably meant."""
    known = COMMANDS | LETTERS | set(FUNCTIONS) | set(OPERATORS) | set(RELATIONS)
    close = did_you_mean(word[:40], known)
    return close if close.startswith("did") else "\\frac, \\partial, \\sum, \\cdot, pmatrix, cases"
