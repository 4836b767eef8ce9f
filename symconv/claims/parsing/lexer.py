"""From characters to tokens; a run of letters is resolved against the network's names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symconv.claims.model.array_words import ATTRIBUTES, CODE_WORDS, CONSTANTS, KEYWORDS
from symconv.claims.model.errors import MOST_CHARACTERS, MOST_DIGITS, MOST_TOKENS, ClaimError
from symconv.claims.model.vocabulary import (
    COMMANDS,
    FUNCTIONS,
    GREEK,
    LETTERS,
    SIGNS,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
)

from .cursor import BARE_COMMANDS, BARE_RELATIONS, INDEX_LETTERS, ClaimToken, Vocabulary
from .latex_commands import lex_backslash, lex_command
from .latex_layout import blank_layout
from .relation_signs import part_less_from_minus

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+|\.(?=[\s,\])*/]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DIGITS = re.compile(r"[0-9]+")
RUN = re.compile(r"[A-Za-z]+")
QUOTED = re.compile(r"([\'\"])([A-Za-z0-9_,\->. ]{0,80})\1")
"""An option in quotes: a mode, or the subscripts of an einsum."""

CALLED = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}(?=\s?\()")
KEYWORD = re.compile(r"[a-z_]{1,60}[0-9]?(?=\s?=[^=])")
NAMED = re.compile(r"[A-Za-z_]{1,60}(?![A-Za-z0-9_])")
NUMBERED = re.compile(r"(?:convolve2d|correlate2d|conv2d|rot180|rot90|log_softmax)(?![A-Za-z0-9])")
TAILED = re.compile(r"[A-Za-z]+[0-9]+(?![0-9]*[A-Za-z]|\.[0-9])")
HOLDER = re.compile(
    r"(self|cache|ctx|values|params|layer|model|net)\.(?=([A-Za-z]\w{0,40})(?![\w(]))"
)
"""What holds tensors in code: `self.W`, `cache.x`."""

COMPOUND = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40}){1,8}(?![A-Za-z0-9_])")
SHORTEST_OWN = 3
"""The fewest letters of a word of its own: two may be the indices of an entry, as in `W_ij`."""

MOST_AXES = 4
"""How many axes the tensors of images have, and so how many letters their indices together."""

READ_BEHIND = frozenset(
    {"new", "old", "out", "hat", "pred", "true", "full", "valid", "same", "input", "output"}
    | {"target", "label", "labels", "text", "mathrm", "loss", "cost", "error"}
    | (BARE_COMMANDS | COMMANDS | LETTERS | STYLES) - FUNCTIONS.keys()
)
"""Words below a letter that the reader knows: moments, modes, commands without their backslash."""

PREFIX = re.compile(
    r"(?:np|numpy|jnp|scipy|signal|math|torch|tf|nn|functional|linalg)\.(?=[A-Za-z])"
    r"|F\.(?=(?:relu|sigmoid|tanh|softplus|softmax|log_softmax|pad)\()"
)
BLANK = "$~\u200b\u00a0"
TWO = ("**", ":=", "<-", "->", "<=", ">=", "!=", "==", "=>", "+=", "-=", "||", "//")
WORD_OPERATORS = {"and", "or", "mod"}
SIGNS_ALONE = "+-*/^_()[]{}=,;&|<>':@!%?"


def tokenize_claim(text: str, vocabulary: Vocabulary) -> list[ClaimToken]:
    """The tokens of a claim; ClaimError where a character belongs to no formula."""
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(
            f"the text has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read",
            help="check one equation at a time",
        )
    found: list[ClaimToken] = []
    plain = blank_layout(part_less_from_minus(text))
    for token in Lexer(plain, vocabulary, shown=text).run():
        found.append(token)
        if len(found) > MOST_TOKENS:
            raise ClaimError(
                f"more than {MOST_TOKENS:,} symbols in one formula",
                text=text[max(0, token.start - 40) : token.start + 40],
                position=(min(token.start, 40), min(token.start, 40) + 1),
                help="check one equation at a time",
            )
    return found


@dataclass
class Lexer:
    """A place in a text; `lost` says that a command without its backslash was met.

    `shown` is the text as it was written, for messages.
    """

    text: str
    vocabulary: Vocabulary
    shown: str = ""
    place: int = 0
    script: bool = False
    lost: bool = False

    def error(self, message: str, start: int, stop: int, hint: str) -> ClaimError:
        """A refusal with the place."""
        return ClaimError(message, text=self.shown or self.text, position=(start, stop), help=hint)

    def run(self) -> Iterator[ClaimToken]:
        """All tokens."""
        while self.place < len(self.text):
            c = self.text[self.place]
            if c.isspace() or c in BLANK:
                self.place += 1
                continue
            # Behind `_` or `^` a number is digits alone: x_1.5 is x_1 times .5, or a full stop
            # behind x_1.
            script, self.script = self.script, False
            yield from self._next(c, self.place, script=script)

    def _next(self, c: str, start: int, *, script: bool) -> Iterator[ClaimToken]:
        if c == "\\":
            yield from lex_backslash(self, start)
        elif c.isascii() and (c.isdigit() or c == "."):
            yield self._number(start, script=script)
        elif c.isascii() and c.isalpha():
            yield from self._letters(start)
        elif (
            c in "'\"" and self._opens_option(start) and (quoted := QUOTED.match(self.text, start))
        ):
            self.place = quoted.end()
            yield ClaimToken("option", quoted.group(2), start, self.place)
        elif c in SUBSCRIPTS:
            yield from self._script("_", SUBSCRIPTS, start)
        elif c in SUPERSCRIPTS:
            yield from self._script("^", SUPERSCRIPTS, start)
        elif c in GREEK:
            self.place += 1
            yield self._word(GREEK[c], start)
        else:
            yield self._operator(c, start)

    def _word(self, word: str, start: int) -> ClaimToken:
        known = word in self.vocabulary.names
        kind = "command" if word in COMMANDS and not known else "name"
        kind = "op" if word in WORD_OPERATORS else kind
        return ClaimToken(kind, word, start, self.place)

    def _number(self, start: int, *, script: bool) -> ClaimToken:
        match = (DIGITS if script else NUMBER).match(self.text, start)
        if match is None:
            self.place += 1
            return ClaimToken("op", ".", start, self.place)
        if len(match.group()) > MOST_DIGITS:
            said = f"a number of {len(match.group())} characters"
            raise self.error(said, start, match.end(), f"at most {MOST_DIGITS} are read")
        self.place = match.end()
        return ClaimToken("number", match.group(), start, self.place)

    def _opens_option(self, start: int) -> bool:
        """Whether a quote may open a word: behind a bracket, a comma or an equals sign."""
        return self.text[:start].rstrip()[-1:] in {"(", ",", "="}

    def _code_word(self, start: int) -> str:
        """A word of NumPy, an option or an attribute, which is not split into letters."""
        called = CALLED.match(self.text, start)
        if called and called.group() in CODE_WORDS and called.group() not in COMMANDS:
            return called.group()
        keyword = KEYWORD.match(self.text, start)
        if keyword and keyword.group() in KEYWORDS and self._opens_option(start):
            return keyword.group()
        named = NAMED.match(self.text, start)
        if named is None:
            return ""
        behind_dot = self.text[start - 1 : start] == "." and named.group() in ATTRIBUTES
        return named.group() if behind_dot or named.group() in CONSTANTS else ""

    def _holder(self, start: int) -> re.Match[str] | None:
        """What holds a tensor in code, with its dot: `self.`; None where it is something else."""
        found = HOLDER.match(self.text, start)
        names = self.vocabulary.names
        return found if found and found[1] not in names and found[2] in names else None

    def _own_name(self, start: int) -> str:
        """A name of code that the text made up, `x_padded`, `delta_y_sum`; else nothing.

        Read as an entry of x, an assignment to it would be called a wrong claim about x.
        """
        match = COMPOUND.match(self.text, start)
        word = match.group() if match else ""
        if not word or word in FUNCTIONS:
            return ""
        return word if any(map(self._is_own_word, word.split("_")[1:])) else ""

    def _is_own_word(self, word: str) -> bool:
        """Whether a word behind an underscore is no index, no name and no word that is read."""
        known = self.vocabulary.names
        if len(word) < SHORTEST_OWN or not word.isalpha() or word.lower() in READ_BEHIND:
            return False
        if word in known or (word[0] == "d" and word[1:] in known | {"out"}):
            return False
        # What has no vowel but i are indices, as in `w_fcmn`; a tensor has four axes at most.
        indices = len(word) <= MOST_AXES and set(word).isdisjoint("aeouy")
        return word in FUNCTIONS or not (indices or set(word) <= set(INDEX_LETTERS))

    def _letters(self, start: int) -> Iterator[ClaimToken]:
        prefix = PREFIX.match(self.text, start) or self._holder(start)
        if prefix:
            self.place = prefix.end()
            return
        word = self._code_word(start) or self._own_name(start)
        if word and word not in self.vocabulary.names:
            self.place = start + len(word)
            yield ClaimToken("name", word, start, self.place)
            return
        # Names with digits first (conv2d, w1 where the network has it), before letters are split
        # off.
        match = NUMBERED.match(self.text, start) or TAILED.match(self.text, start)
        if match and (match.group() in self.vocabulary.names or match.group() in FUNCTIONS):
            self.place = match.end()
            yield ClaimToken("name", match.group(), start, self.place)
            return
        if match and (known := self._numbered_name(match.group())):
            pieces = (*self.vocabulary.split(match.group().removesuffix(known)), known)
        else:
            match = RUN.match(self.text, start)
            assert match is not None
            pieces = self.vocabulary.split(match.group())
        here = start
        for piece in pieces:
            self.place = here + len(piece)
            yield from self._piece(piece, here)
            here = max(here + len(piece), self.place)

    def _numbered_name(self, run: str) -> str:
        """The longest name with a number that a run of letters and digits ends with: w2 of dw2."""
        names = self.vocabulary.names
        return next((run[n:] for n in range(1, len(run)) if run[n:] in names), "")

    def _piece(self, piece: str, here: int) -> Iterator[ClaimToken]:
        if piece in self.vocabulary.names or piece not in BARE_COMMANDS | BARE_RELATIONS:
            yield self._word(piece, here)
        else:
            self.lost = True
            yield from lex_command(self, piece, here)

    def _script(self, mark: str, table: dict[str, str], start: int) -> Iterator[ClaimToken]:
        """`₁₂` as `_{12}`: a run of small characters, each at its own place."""
        stop = start
        while self._small(stop, table) or (
            self.text[stop : stop + 1] == "," and self._small(stop + 1, table)
        ):
            stop += 1
        yield ClaimToken("op", mark, start, start)
        yield ClaimToken("op", "{", start, start)
        here = start
        while here < stop:
            c = table.get(self.text[here], ",")
            end = here + 1
            while c.isdigit() and end < stop and table.get(self.text[end], ",").isdigit():
                c += table[self.text[end]]
                end += 1
            yield ClaimToken(
                "number" if c.isdigit() else "name" if c.isalpha() else "op", c, here, end
            )
            here = end
        self.place = stop
        yield ClaimToken("op", "}", stop, stop)

    def _small(self, place: int, table: dict[str, str]) -> bool:
        return self.text[place : place + 1] in table

    def _operator(self, c: str, start: int) -> ClaimToken:
        pair = self.text[start : start + 2]
        if pair in TWO:
            self.place += 2
            spelled = {"**": "power"}.get(pair, pair)
            return ClaimToken("op", spelled, start, self.place)
        self.place += 1
        if c in SIGNS:
            return ClaimToken("op", SIGNS[c], start, self.place)
        if c == "ᵀ":
            return ClaimToken("op", "T", start, self.place)
        if c not in SIGNS_ALONE:
            raise self.error(
                f"the character {c!r} has no meaning in a formula",
                start,
                start + 1,
                "letters, digits, + - * / ^ _ ( ) [ ] { } = and the usual LaTeX",
            )
        self.script = c in "_^"
        return ClaimToken("op", c, start, self.place)
