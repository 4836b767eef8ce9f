"""Tokens, the names that cut a run of letters into words, and a cursor over tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NoReturn

from symconv.claims.model.errors import MOST_DEPTH, ClaimError
from symconv.claims.model.syntax_tree import Span
from symconv.claims.model.vocabulary import FUNCTIONS, LETTERS

BARE_COMMANDS = {
    "frac",
    "dfrac",
    "partial",
    "sum",
    "begin",
    "end",
    "cdot",
    "times",
    "left",
    "right",
}
BARE_COMMANDS |= {"odot", "star", "ast", "sqrt", "pmatrix", "bmatrix", "cases", "aligned", "align"}
BARE_RELATIONS = {"leftarrow", "approx"}
WHOLE_WORDS = {"and", "or", "else", "when", "mod", "argmax"}
"""Words that are no piece of a longer run: `mode` is no mod and e."""

INDEX_LETTERS = "ijklmnpqruvst"
MOST_RUN = 80
"""The longest run of letters that is split into words.

The time grows with the square of its length.
"""

BEFORE, AFTER = 60, 80
"""How much of a text is shown before and behind a caret."""


@dataclass(frozen=True)
class ClaimToken:
    """`kind` is number, name, command, op, row or end."""

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
        return _segment_run(self.names, run) or (run,)


@lru_cache(maxsize=4096)
def _segment_run(names: frozenset[str], run: str) -> tuple[str, ...]:
    if (
        run in WHOLE_WORDS
        or run in names
        or run in BARE_COMMANDS
        or run in LETTERS
        or run in FUNCTIONS
        or len(run) == 1
    ):
        return (run,)
    if len(run) > MOST_RUN:
        return ()
    best: dict[int, tuple[str, ...]] = {len(run): ()}
    # From the back, each start with its longest word from which the rest can be read: every letter
    # is used, and `dw` is not cut where a name of `dwt` would be lost.
    for start in range(len(run) - 1, -1, -1):
        for stop in range(len(run), start, -1):
            if stop in best and _is_word(names, run[start:stop], run):
                best[start] = (run[start:stop], *best[stop])
                break
    return best.get(0, ())


def _is_word(names: frozenset[str], word: str, run: str) -> bool:
    if len(word) > 1:
        return word in names or word in BARE_COMMANDS or word in LETTERS or word in BARE_RELATIONS
    return word in names or word == "d" or (len(run) <= 3 and word in INDEX_LETTERS)


class ClaimCursor:
    """Reads tokens one after another and counts how deep brackets are nested."""

    def __init__(self, text: str, found: list[ClaimToken]) -> None:
        self.text = text
        self.tokens = found
        self.place = 0
        self.depth = 0
        self.inside = 0
        self.separated = False
        self.lists = 0
        self.bars: list[tuple[str, int]] = []
        self.closed = False
        self.end = ClaimToken("end", "", len(text), len(text) + 1)

    def peek(self, ahead: int = 0) -> ClaimToken:
        """The token that comes next, or further ahead."""
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else self.end

    def take(self) -> ClaimToken:
        """The next token, which is used up."""
        token = self.peek()
        self.place += 1
        return token

    def back(self, token: ClaimToken) -> None:
        """Return to a token that was taken."""
        self.place = self.tokens.index(token)

    @property
    def last(self) -> ClaimToken:
        return self.tokens[self.place - 1] if 0 < self.place <= len(self.tokens) else self.end

    def primes(self) -> str:
        """The primes that follow."""
        found = ""
        while self.peek().kind == "op" and self.peek().text in {"'", "''"}:
            found += self.take().text
        return found

    def starts_statement(self) -> bool:
        """Whether nothing but layout was read of this part of a chain."""
        return all(t.text in {"&", "="} or t.kind == "row" for t in self.tokens[: self.place])

    def expect(self, text: str) -> ClaimToken:
        """The next token, which must be this one."""
        token = self.take()
        if token.text != text or token.kind == "end":
            self.fail(f"'{text}' is missing here", f"... {text}", token.span)
        return token

    def skip_layout(self) -> None:
        """An `&` or a line break inside an aligned formula says nothing."""
        while not self.separated and self._is_layout(0) and self.peek(1).kind != "end":
            self.take()

    def skip_layout_before(self, signs: Collection[str]) -> None:
        """Layout goes where one of some signs goes on with the formula behind it."""
        ahead = 0
        while not self.separated and self._is_layout(ahead):
            ahead += 1
        if ahead and self.peek(ahead).kind == "op" and self.peek(ahead).text in signs:
            self.place += ahead

    def _is_layout(self, ahead: int) -> bool:
        return self.peek(ahead).text == "&" or self.peek(ahead).kind == "row"

    def fail(self, message: str, hint: str, span: Span | None = None) -> NoReturn:
        """Refuse the text, with a caret under the next token or under `span`."""
        start, stop = span or self.peek().span
        left = max(0, start - BEFORE)
        shown = self.text[left : start + AFTER].replace("\n", " ")
        raise ClaimError(
            message, text=shown, position=(start - left, min(stop, start + AFTER) - left), help=hint
        )

    @contextmanager
    def refusing(self, kind: type[ClaimError]) -> Iterator[None]:
        """A failure inside is of a kind of its own."""
        try:
            yield
        except ClaimError as error:
            raise kind(
                error.message, text=error.text, position=error.position, help=error.help
            ) from None

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of nesting more."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(f"brackets are nested more than {MOST_DEPTH} deep", "fewer brackets")
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def inside_brackets(self, *, separated: bool = False) -> Iterator[None]:
        """Between brackets; `separated` says that `&` and line breaks separate here.

        Elsewhere they only lay out.
        """
        self.inside += 1
        before, self.separated = self.separated, separated
        try:
            yield
        finally:
            self.inside -= 1
            self.separated = before

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Where a bracket after a bracket is the next row, and no factor."""
        self.lists += 1
        try:
            yield
        finally:
            self.lists -= 1

    @contextmanager
    def between_bars(self, text: str) -> Iterator[None]:
        """Where a bar of this kind closes, unless a bracket is opened first."""
        self.bars.append((text, self.inside))
        try:
            yield
        finally:
            self.bars.pop()

    @cached_property
    def subscripts(self) -> frozenset[str]:
        """The names that stand in a subscript or in square brackets anywhere in the text."""
        found, open_ = set(), [False]
        before = self.end
        for token in self.tokens:
            if token.text in {"(", "[", "{"}:
                script = before.text == "_" or (token.text == "[" and before.stop == token.start)
                open_.append(open_[-1] or script)
            elif token.text in {")", "]", "}"} and len(open_) > 1:
                open_.pop()
            elif token.kind == "name" and (open_[-1] or before.text == "_"):
                found.add(token.text)
            before = token
        return frozenset(found)

    @contextmanager
    def within(self, *, separated: bool = False) -> Iterator[None]:
        """Both: one level deeper, and inside brackets."""
        with self.deeper(), self.inside_brackets(separated=separated):
            yield
