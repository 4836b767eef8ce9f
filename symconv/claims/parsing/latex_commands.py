"""Commands of LaTeX as tokens, with or without their backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from symconv.claims.model.vocabulary import (
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

from .help import nearest_command
from .tokens import Token

if TYPE_CHECKING:
    from .lexer import Lexer

WORD = re.compile(r"[A-Za-z]+")
ENVIRONMENT = re.compile(r"\s*\{\s*([a-z]+\*?)\s*\}")
ESCAPED = {"{": "(", "}": ")", "|": "|", "_": "_"}
SPACES = {",", ";", ":", "!", " ", "\n", ">"}
SAME_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "ell": "l"}
ONE_TOKEN = {
    **dict.fromkeys(STYLES, ("command", "style")),
    **dict.fromkeys(HATS, ("command", "hat")),
    **{word: ("op", sign) for word, sign in (*RELATIONS.items(), *OPERATORS.items())},
    "dfrac": ("command", "frac"), "tfrac": ("command", "frac"), "prime": ("op", "'"),
    "top": ("name", "T"), "intercal": ("name", "T"),
}  # fmt: skip


def after_backslash(at: Lexer, start: int) -> Iterator[Token]:
    """What a backslash opens: a line break, a command, an escaped bracket, a space."""
    if at.text.startswith("\\\\", start):
        at.place = start + 2
        yield Token("row", "\\\\", start, at.place)
        return
    match = WORD.match(at.text, start + 1)
    if match is None:
        yield from _escaped(at, start)
        return
    word, at.place = match.group(), match.end()
    if at.text.startswith("*", at.place) and word + "*" in LAYOUTS:
        at.place += 1
    yield from named(at, word, start)


def _escaped(at: Lexer, start: int) -> Iterator[Token]:
    at.place = start + 2
    after = at.text[start + 1 : start + 2]
    if at.lost and after in {" ", "\n"}:
        yield Token("row", "\\", start, start + 1)
    elif after in ESCAPED:
        yield Token("op", ESCAPED[after], start, at.place)
    elif after not in SPACES:
        raise at.error("a backslash without a command", start, start + 1, "\\frac, \\sum")


def named(at: Lexer, word: str, start: int) -> Iterator[Token]:
    """The tokens of a command."""
    if word in {"begin", "end"}:
        yield from _environment(at, word, start)
    elif word in SILENT:
        if at.text[at.place : at.place + 1] == ".":
            at.place += 1
    elif word in ONE_TOKEN:
        kind, text = ONE_TOKEN[word]
        yield Token(kind, text, start, at.place)
    elif word in COMMANDS:
        yield Token("command", word, start, at.place)
    elif word in LETTERS or word in FUNCTIONS or word in at.vocabulary.names:
        yield Token("name", SAME_LETTER.get(word, word), start, at.place)
    else:
        said = f"the command '\\{word}' is not read"
        raise at.error(said, start, at.place, nearest_command(word))


def _environment(at: Lexer, word: str, start: int) -> Iterator[Token]:
    match = ENVIRONMENT.match(at.text, at.place)
    if match is None:
        said = f"'{word}' without the name of what it opens"
        raise at.error(said, start, at.place, "pmatrix")
    at.place = match.end()
    if match.group(1) not in LAYOUTS:
        yield Token("command", f"{word} {match.group(1)}", start, at.place)
