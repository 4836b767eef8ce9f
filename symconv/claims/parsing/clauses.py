"""Clauses of a sentence that are formulas: what stands around a relation sign, up to the words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from symconv.claims.model.vocabulary import COSTS, FUNCTIONS, GREEK, LETTERS

from .relation_signs import ARROW, SIGN
from .spoken_signs import is_spoken_sign

BREAK = "\0"
"""Stands where marks of a text were, such as quotes: a formula ends there."""

LETTER = r"[^\W\d_₀-₉⁰¹²³⁴-⁹]"
"""A letter; a small digit, which Python takes for a part of a word, is an index or a power."""

TOKEN = re.compile(
    rf"{BREAK}|{SIGN.pattern}|\\[A-Za-z]+|\\.|[A-Za-z]{{2,}}[’'](?:t|s|re|ve|ll|m|d)(?![A-Za-z])"
    rf"|{LETTER}+(?:\.{LETTER}\w*)*|\d+(?:\.\d+)?|\s+|.",
    re.DOTALL,
)
WORD = re.compile(rf"{LETTER}+(?:\.{LETTER}\w*)*$|[A-Za-z]{{2,}}[’'][a-z]+$")
COMMON = {
    "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "big", "but", "by", "can",
    "did", "do", "does", "due", "eg", "etc", "far", "few", "for", "get", "gets", "give", "go",
    "got", "had", "has", "he", "her", "him", "his", "how", "ie", "if", "in", "is", "isn", "it",
    "its", "just", "let", "lot", "may", "me", "my", "new", "no", "nor", "not", "now", "of",
    "off", "ok", "old", "on", "one", "or", "our", "out", "own", "per", "put", "say", "see",
    "set", "she", "since", "so", "such", "than", "that", "the", "then", "they", "this", "thus",
    "to", "too", "two", "up", "us", "use", "via", "was", "way", "we", "who", "why", "yes",
    "yet", "you", "und", "der", "die", "das", "ist", "mit", "von", "les", "est", "des", "une",
    "et",
}  # fmt: skip
"""English words of two or three letters, and a few others, that are no names in formulas."""

SOFT = {"if", "else", "for", "when", "otherwise", "in", "unless"}
"""Words that a formula may have inside: `1 if z > 0 else 0`."""

SPOKEN = (
    {"frac", "partial", "begin", "pmatrix", "cdot", "cases", "otherwise", "numpy", "range"}
    | {"target", "output", "input", "signal", "left", "right", "text", "mathbf", "odot", "times"}
    | {"align", "aligned", "valid", "full", "same", "axis", "mode", "mathrm", "prime", "array"}
    | {"gradient", "error", "loss", "cost", "weights", "bias"}
    | set(FUNCTIONS)
    | set(COSTS)
)
"""Words that are names in formulas and words in sentences: an operator beside one decides."""

OPENING, CLOSING = "([{", ")]}"
BESIDE = set("+-*/^_=<>·×⊙(|") | {"−", "–", "\\cdot", "\\times", "\\odot"}
ALWAYS = LETTERS | set(GREEK) | set(GREEK.values()) | {"np", "plt"}
ENDS = {";", "?", BREAK, "“", "”", "„", "→", "⇒", "⟹", "•"}
LATEX_ENDS = {"\\Rightarrow", "\\implies", "\\Longrightarrow", "\\iff", "\\rightarrow", "\\to"}
LOOSE = {"space", "soft", "comma"}
MOST_WRAPS = 3
"""How many pairs of brackets around a whole formula are taken off."""

SHORTEST_WORD = 4
"""Letters alone from this length on are a word, not a name, unless they are known."""


@dataclass(frozen=True)
class Clause:
    """A formula in a sentence; `bare` counts its sides that are words which nothing knows."""

    start: int
    stop: int
    bare: int = 0


@dataclass(frozen=True)
class SentenceToken:
    """A piece of a sentence; `role` is part, soft, word, end, comma, sign or space.

    `place` counts the pieces.
    """

    place: int
    start: int
    stop: int
    text: str
    role: str


def find_clauses(block: str, names: Collection[str] = ()) -> Iterator[Clause]:
    """The formulas of a piece of text, each from its first to its last character."""
    tokens = _assign_roles(block, names)
    run: list[SentenceToken] = []
    for token in [*tokens, SentenceToken(len(tokens), len(block), len(block), "", "end")]:
        if token.role not in {"word", "end"}:
            run.append(token)
            continue
        yield from _find_in_run(run, tokens)
        run = []


def _assign_roles(block: str, names: Collection[str]) -> list[SentenceToken]:
    """The tokens of a piece of text, each with its role in it."""
    raw = [(m.start(), m.end(), m.group()) for m in TOKEN.finditer(block)]
    found: list[SentenceToken] = []
    depth, goes_on = 0, False
    for place, (start, stop, text) in enumerate(raw):
        before = raw[place - 1][2] if place else ""
        after = raw[place + 1][2] if place + 1 < len(raw) else ""
        further = next((t for _, _, t in raw[place + 1 : place + 3] if not t.isspace()), "")
        earlier = next((t for _, _, t in reversed(raw[max(0, place - 2) : place]) if t.strip()), "")
        role = _role(text, (earlier, before, after, further), names, inside=depth > 0)
        # A formula goes on behind a spoken sign: what follows in words belongs to it, unread.
        if goes_on and role in {"word", "soft"}:
            role, goes_on = "part", text in {"by", "a", "an", "the"}
        elif not text.isspace():
            goes_on = _ends_part(found) and is_spoken_sign(text, earlier, further, block[:start])
            role = "part" if goes_on else role
        depth = 0 if role in {"word", "end"} else max(0, depth + _turn(text))
        found.append(SentenceToken(place, start, stop, text, role))
    return found


def _ends_part(found: list[SentenceToken]) -> bool:
    """Whether the last piece that is no space is one of a formula."""
    return next((t.role for t in reversed(found) if t.role != "space"), "") == "part"


def _turn(text: str) -> int:
    return (text in OPENING) - (text in CLOSING) if len(text) == 1 else 0


def _role(
    text: str, around: tuple[str, str, str, str], names: Collection[str], *, inside: bool
) -> str:
    """The role of a token; `around` are the tokens beside it, the outer two without spaces."""
    after = around[2]
    last = after.isspace() or after in {"", BREAK}
    if ARROW.fullmatch(text) or text in ENDS or text in LATEX_ENDS:
        return "end"
    if text.isspace() or SIGN.fullmatch(text):
        return "space" if text.isspace() else "sign"
    if WORD.match(text):
        return _role_of_word(text, around, names, inside=inside)
    if (text in {".", "!"} and last) or (text in {":", '"'} and not inside):
        return "end"
    return "comma" if text == "," and last and not inside else "part"


def _role_of_word(
    text: str, around: tuple[str, str, str, str], names: Collection[str], *, inside: bool
) -> str:
    earlier, before, after, further = around
    joined = after[:1] in {"_", "^", "(", "["} or before in {"_", "^", "/", "{"} or after == "/"
    if text in SOFT and not joined:
        return "soft"
    if text.lower() in COMMON and len(text) > 1 and text not in names:
        # `do_i/dw` and `do/dw` are derivatives by their letters, `and/or` is none.
        part = after[:1] in {"_", "^"} or (text[0] == "d" and "/" in {before, after})
    elif joined or text in ALWAYS:
        part = True
    elif len(text) == 1:
        article = text in {"a", "A", "I"} and after.isspace() and _is_plain_word(further)
        part = not article
    elif "’" in text or "'" in text:
        part = False
    elif "." in text:
        part = inside or text.startswith(("np.", "torch."))
    elif text in SPOKEN or text in names:
        part = inside or _is_operator(earlier) or _is_operator(further)
    else:
        part = len(text) < SHORTEST_WORD
    return "part" if part else "word"


def _is_plain_word(text: str) -> bool:
    return len(text) > 1 and text.isalpha()


def _is_operator(text: str) -> bool:
    return text in BESIDE or (bool(text) and SIGN.fullmatch(text) is not None)


def _find_in_run(run: list[SentenceToken], tokens: list[SentenceToken]) -> Iterator[Clause]:
    """The formulas of a run of tokens without a word: more than one where commas part them."""
    parts: list[list[SentenceToken]] = [[]]
    for token in run:
        if token.role == "comma":
            parts.append([])
        parts[-1].append(token)
    joined: list[list[SentenceToken]] = []
    for part in parts:
        if any(t.role == "sign" for t in part):
            joined.append(part)
        elif joined:
            # What follows a comma without a sign of its own may be more of the same: `x = 1, 2`.
            joined[-1] = [*joined[-1], *part]
    for part in joined:
        yield _extend(_trim(part), tokens)


def _trim(part: list[SentenceToken]) -> list[SentenceToken]:
    """A formula without spaces, soft words, commas and brackets that are not closed at its ends."""
    low, high = 0, len(part) - 1
    unclosed = sum(map(_turn_of, part))
    wraps = 0
    while low < high:
        first, last = part[low], part[high]
        if first.role in LOOSE or first.text in {")", "]", "}", ".", ":"}:
            cut = first
        elif last.role in LOOSE or last.text in {".", ":", "(", "[", "&"}:
            cut = last
        elif unclosed > 0 and first.text in {"(", "["}:
            cut = first
        elif unclosed < 0 and last.text in {")", "]"}:
            cut = last
        elif wraps < MOST_WRAPS and _is_wrapped(part[low : high + 1]):
            low, high, wraps = low + 1, high - 1, wraps + 1
            continue
        else:
            break
        unclosed -= _turn(cut.text)
        low, high = (low + 1, high) if cut is first else (low, high - 1)
    return part[low : high + 1]


def _turn_of(token: SentenceToken) -> int:
    return _turn(token.text)


def _is_wrapped(part: list[SentenceToken]) -> bool:
    """Whether one pair of round brackets holds all of it."""
    if part[0].text != "(" or part[-1].text != ")":
        return False
    depth = 0
    for token in part[:-1]:
        depth += _turn(token.text)
        if depth == 0:
            return False
    return True


def _extend(part: list[SentenceToken], tokens: list[SentenceToken]) -> Clause:
    """The clause of a formula; a side that is empty takes the word beside the sign."""
    start, stop, bare = part[0].start, part[-1].stop, 0
    if part[0].role == "sign":
        word = _word_beside(tokens, part[0].place, -1)
        start, bare = (word.start if word else start), bare + 1
    if part[-1].role == "sign":
        word = _word_beside(tokens, part[-1].place, 1)
        stop, bare = (word.stop if word else stop), bare + (1 if word else 2)
    return Clause(start, stop, bare)


def _word_beside(tokens: list[SentenceToken], place: int, step: int) -> SentenceToken | None:
    """The word before (-1) or after (1) a token, where only a space is between."""
    for away in (1, 2):
        n = place + step * away
        if not 0 <= n < len(tokens) or tokens[n].role == "end":
            return None
        if tokens[n].role != "space":
            return tokens[n]
    return None
