"""From characters to tokens; a run of letters is resolved against the network's names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .limits import MOST_CHARACTERS, MOST_DIGITS, MOST_TOKENS, ClaimError
from .words import (
    COMMANDS,
    FUNCTIONS,
    GREEK,
    HATS,
    LAYOUTS,
    LETTERS,
    OPERATORS,
    RELATIONS,
    SIGNS,
    SILENT,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
)

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DIGITS = re.compile(r"[0-9]+")
RUN = re.compile(r"[A-Za-z]+")
NUMBERED = re.compile(r"(?:convolve2d|correlate2d|conv2d|rot180|rot90)(?![A-Za-z0-9])")
TAILED = re.compile(r"[A-Za-z]+[0-9]+(?![0-9.]*[A-Za-z])")
SPACING = re.compile(r"\\[,;:! ]|\\\\(?=\s*$)")
PREFIX = re.compile(r"(?:np|numpy|scipy|signal|math|torch)\.(?=[A-Za-z])")
TWO = ("**", ":=", "<-", "->", "<=", ">=", "!=", "==", "=>", "+=", "-=")
LOST = {"frac", "dfrac", "partial", "sum", "begin", "end", "cdot", "times", "left", "right"}
LOST |= {"odot", "star", "ast", "sqrt", "pmatrix", "bmatrix", "cases", "aligned", "align"}


@dataclass(frozen=True)
class Token:
    """`kind` is number, name, command, op, open-sub, close or row."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.stop


@dataclass(frozen=True)
class Vocabulary:
    """The names that a claim may use: tensors, sizes, and further names that came with values."""

    names: frozenset[str]

    def split(self, run: str) -> tuple[str, ...]:
        """A run of letters as known words, the longest first; a run that is unknown stays whole."""
        return _split(self.names, run) or (run,)


@lru_cache(maxsize=4096)
def _split(names: frozenset[str], run: str) -> tuple[str, ...]:
    if run in names or run in LOST or run in LETTERS or run in FUNCTIONS or len(run) == 1:
        return (run,)
    if len(run) > 80:
        return ()
    best: dict[int, tuple[str, ...]] = {len(run): ()}
    for start in range(len(run) - 1, -1, -1):
        for stop in range(len(run), start, -1):
            if stop in best and _known(names, run[start:stop], run):
                best[start] = (run[start:stop], *best[stop])
                break
    return best.get(0, ())


def _known(names: frozenset[str], word: str, run: str) -> bool:
    if len(word) > 1:
        return word in names or word in LOST or word in LETTERS or word in RELATIONS_LOST
    return word in names or word in "d" or (len(run) <= 3 and word in "ijklmnpqruvst")


RELATIONS_LOST = {"leftarrow", "approx"}


def tokens(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of a claim; ClaimError where a character belongs to no formula."""
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(
            f"the text has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read",
            help="check one equation at a time",
        )
    found: list[Token] = []
    for token in _Lexer(text, vocabulary).run():
        found.append(token)
        if len(found) > MOST_TOKENS:
            raise ClaimError(
                f"more than {MOST_TOKENS:,} symbols in one formula",
                text=_window(text, token.start),
                position=(min(token.start, 40), min(token.start, 40) + 1),
                help="check one equation at a time",
            )
    return found


def _window(text: str, start: int) -> str:
    return text[max(0, start - 40) : start + 40]


@dataclass
class _Lexer:
    text: str
    vocabulary: Vocabulary
    place: int = 0
    script: bool = False
    lost: bool = False

    def error(self, message: str, start: int, stop: int, hint: str) -> ClaimError:
        return ClaimError(message, text=self.text, position=(start, stop), help=hint)

    def run(self) -> Iterator[Token]:
        text = self.text
        while self.place < len(text):
            start, c = self.place, text[self.place]
            if c.isspace() or c in "$~\u200b\u00a0":
                self.place += 1
                continue
            script, self.script = self.script, False
            yield from self._next(c, start, script=script)

    def _next(self, c: str, start: int, *, script: bool) -> Iterator[Token]:
        if c == "\\":
            yield from self._command(start)
        elif c.isascii() and (c.isdigit() or c == "."):
            yield self._number(start, script=script)
        elif c.isascii() and c.isalpha():
            yield from self._letters(start)
        elif c in SUBSCRIPTS:
            yield from self._script("_", SUBSCRIPTS, start)
        elif c in SUPERSCRIPTS:
            yield from self._script("^", SUPERSCRIPTS, start)
        elif c in GREEK:
            self.place += 1
            yield self._word(GREEK[c], start)
        else:
            yield self._operator(c, start)

    def _word(self, word: str, start: int) -> Token:
        known = word in self.vocabulary.names
        kind = "command" if word in COMMANDS and not known else "name"
        return Token(kind, word, start, self.place)

    def _number(self, start: int, *, script: bool) -> Token:
        match = (DIGITS if script else NUMBER).match(self.text, start)
        if match is None:
            self.place += 1
            return Token("op", ".", start, self.place)
        if len(match.group()) > MOST_DIGITS:
            raise self.error(
                f"a number of {len(match.group())} characters",
                start,
                match.end(),
                f"at most {MOST_DIGITS} are read",
            )
        self.place = match.end()
        return Token("number", match.group(), start, self.place)

    def _letters(self, start: int) -> Iterator[Token]:
        prefix = PREFIX.match(self.text, start)
        if prefix:
            self.place = prefix.end()
            return
        match = NUMBERED.match(self.text, start) or TAILED.match(self.text, start)
        if match and (match.group() in self.vocabulary.names or match.group() in FUNCTIONS):
            self.place = match.end()
            yield Token("name", match.group(), start, self.place)
            return
        match = RUN.match(self.text, start)
        assert match is not None
        here = start
        for piece in self.vocabulary.split(match.group()):
            self.place = here + len(piece)
            yield from self._piece(piece, here)
            here = max(here + len(piece), self.place)

    def _piece(self, piece: str, here: int) -> Iterator[Token]:
        if piece in self.vocabulary.names or piece not in LOST | RELATIONS_LOST:
            yield self._word(piece, here)
        else:
            self.lost = True
            yield from self._named(piece, here)

    def _command(self, start: int) -> Iterator[Token]:
        if self.text.startswith("\\\\", start):
            self.place = start + 2
            yield Token("row", "\\\\", start, self.place)
            return
        match = RUN.match(self.text, start + 1)
        if match is None:
            self.place = start + 2
            after = self.text[start + 1 : start + 2]
            if self.lost and after in {" ", "\n"}:
                yield Token("row", "\\", start, start + 1)
            elif after in {"{", "}", "|", "_"}:
                yield Token(
                    "op", {"{": "(", "}": ")", "|": "|", "_": "_"}[after], start, self.place
                )
            elif after not in {",", ";", ":", "!", " ", "\n", ">"}:
                raise self.error("a backslash without a command", start, start + 1, "\\frac, \\sum")
            return
        word, self.place = match.group(), match.end()
        if self.text.startswith("*", self.place) and word + "*" in LAYOUTS:
            self.place += 1
        yield from self._named(word, start)

    def _named(self, word: str, start: int) -> Iterator[Token]:
        if word in {"begin", "end"}:
            yield from self._environment(word, start)
        elif word in SILENT:
            if self.text[self.place : self.place + 1] == ".":
                self.place += 1
        elif word in STYLES or word in HATS:
            yield Token("command", "style" if word in STYLES else "hat", start, self.place)
        elif word in OPERATORS:
            yield Token("op", OPERATORS[word], start, self.place)
        elif word in RELATIONS:
            yield Token("op", RELATIONS[word], start, self.place)
        elif word in COMMANDS:
            kind = "frac" if word in {"dfrac", "tfrac"} else word
            yield Token("command", kind, start, self.place)
        elif word in LETTERS or word in FUNCTIONS or word in self.vocabulary.names:
            name = {"varepsilon": "epsilon", "varphi": "phi", "ell": "l"}.get(word, word)
            yield Token("name", name, start, self.place)
        elif word == "prime":
            yield Token("op", "'", start, self.place)
        elif word in {"top", "intercal"}:
            yield Token("name", "T", start, self.place)
        else:
            from .help import nearest_command

            raise self.error(
                f"the command '\\{word}' is not read", start, self.place, nearest_command(word)
            )

    def _environment(self, word: str, start: int) -> Iterator[Token]:
        match = re.compile(r"\s*\{\s*([a-z]+\*?)\s*\}").match(self.text, self.place)
        if match is None:
            raise self.error(
                f"'{word}' without the name of what it opens", start, self.place, "pmatrix"
            )
        self.place = match.end()
        if match.group(1) in LAYOUTS:
            return
        yield Token("command", f"{word} {match.group(1)}", start, self.place)

    def _script(self, mark: str, table: dict[str, str], start: int) -> Iterator[Token]:
        """`₁₂` as `_{12}`: a run of small characters, each at its own place."""
        stop = start
        while stop < len(self.text) and self.text[stop] in table:
            stop += 1
        yield Token("op", mark, start, start)
        yield Token("op", "{", start, start)
        here = start
        while here < stop:
            c = table[self.text[here]]
            end = here + 1
            while c.isdigit() and end < stop and table[self.text[end]].isdigit():
                c += table[self.text[end]]
                end += 1
            yield Token("number" if c.isdigit() else "name" if c.isalpha() else "op", c, here, end)
            here = end
        self.place = stop
        yield Token("op", "}", stop, stop)

    def _operator(self, c: str, start: int) -> Token:
        pair = self.text[start : start + 2]
        if pair in TWO:
            self.place += 2
            named = {"**": "power", "==": "="}.get(pair, pair)
            return Token("op", named, start, self.place)
        self.place += 1
        if c in SIGNS:
            return Token("op", SIGNS[c], start, self.place)
        if c in "ᵀ":
            return Token("op", "T", start, self.place)
        if c not in "+-*/^_()[]{}=,;&|<>':@!%":
            raise self.error(
                f"the character {c!r} has no meaning in a formula",
                start,
                start + 1,
                "letters, digits, + - * / ^ _ ( ) [ ] { } = and the usual LaTeX",
            )
        if c in "_^":
            self.script = True
        return Token("op", c, start, self.place)
