r"""The equations of one formula of LaTeX: rows of an `aligned`, and what `\qquad` or `;` parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .markup import ENVIRONMENTS
from .relation_signs import SIGN

LAYOUT = re.compile(rf"\\?(?:begin|end)\s*\{{(?:{ENVIRONMENTS})\*?\}}(?:\{{\d*\}})?")
PIECE = re.compile(
    r"(?P<open>\\?begin\s*\{[a-z]+\*?\}|\\left(?![a-z])|[({\[]|\\\{)"
    r"|(?P<close>\\?end\s*\{[a-z]+\*?\}|\\right(?![a-z])|[)}\]]|\\\})"
    r"|(?P<row>\\\\\*?(?:\[[^\]\\]{0,10}\])?)"
    r"|(?P<part>\\q?quad(?![a-z])|\\(?:implies|Rightarrow|Longrightarrow|iff|Leftrightarrow)"
    r"(?![A-Za-z])|={1,2}>|[⇒⟹]|;|\\text(?:rm|it)?\s*\{[^{}]*\}|\\mbox\s*\{[^{}]*\})"
    r"|(?P<comma>(?<!\\),)"
    rf"|(?P<sign>{SIGN.pattern})"
    r"|\\[A-Za-z]+|\\.|[\s&~]+|."
    ,
    re.DOTALL,
)  # fmt: skip
WORDS = re.compile(r"\\(?:text(?:rm|it)?|mbox)\s*\{([^{}]*)\}")
JOINS = {
    "and", "or", "so", "thus", "hence", "therefore", "where", "with", "then", "also", "but",
    "since",
}  # fmt: skip
SHORTEST_SENTENCE = 2
"""From this many words on, what stands in `\\text` is a sentence and no name."""


BLANKS = " \t\n&~"
EMPTY = re.compile(r"[\s&~]*\{\}[\s&~]*(?=[=+-])")


@dataclass
class EquationPiece:
    """A piece of a formula: its place, its signs, and whether something stands before the first."""

    start: int
    stop: int
    signs: int = 0
    led: bool = True


def split_equations(body: str) -> Iterator[tuple[int, str]]:
    """Each equation of a formula with its place; what has no left side of its own goes on.

    Marks between what belongs together, such as the end of a row, are spaces in the text.
    """
    left = list(LAYOUT.sub(lambda m: " " * len(m.group()), body))
    # `{} = ...` has no left side; the braces are there for the space beside the sign.
    for match in EMPTY.finditer("".join(left)):
        left[match.start() : match.end()] = " " * len(match.group())
    kept: EquationPiece | None = None
    for start, stop, mark in _cut("".join(left)):
        piece = _describe("".join(left), start, stop)
        if piece is None:
            continue
        if kept is None:
            kept = piece
        elif kept.signs and piece.signs and piece.led:
            yield kept.start, "".join(left[kept.start : kept.stop])
            kept = piece
        else:
            left[start - len(mark) : start] = mark if mark in {",", ";"} else " " * len(mark)
            kept.stop, kept.signs = piece.stop, kept.signs + piece.signs
    if kept is not None and kept.signs:
        yield kept.start, "".join(left[kept.start : kept.stop])


def find_left_side(equation: str) -> str:
    """What stands before the first sign of an equation that is outside of brackets."""
    depth = 0
    for match in PIECE.finditer(equation):
        depth = max(0, depth + _turn(match))
        if match["sign"] and depth == 0:
            return equation[: match.start()].strip(BLANKS)
    return ""


def _cut(text: str) -> Iterator[tuple[int, int, str]]:
    """The pieces between marks outside of brackets, each with the mark before it."""
    depth, start, mark = 0, 0, ""
    for match in PIECE.finditer(text):
        depth = max(0, depth + _turn(match))
        if depth == 0 and _is_mark(match):
            yield start, match.start(), mark
            start, mark = match.end(), match.group()
    yield start, len(text), mark


def _turn(match: re.Match[str]) -> int:
    return (match["open"] is not None) - (match["close"] is not None)


def _is_mark(match: re.Match[str]) -> bool:
    """Whether a piece of a formula may stand between two equations."""
    if match["row"] or match["comma"]:
        return True
    if not match["part"]:
        return False
    words = WORDS.fullmatch(match["part"])
    if words is None:
        return True
    said = words[1].split()
    return len(said) >= SHORTEST_SENTENCE or not said or said[0].strip(",.:").lower() in JOINS


def _describe(text: str, start: int, stop: int) -> EquationPiece | None:
    """A piece without spaces at its ends; None where nothing is left."""
    inner = text[start:stop].strip(BLANKS)
    if not inner:
        return None
    start = text.index(inner, start)
    found = EquationPiece(start, start + len(inner), led=inner[0] not in "+-")
    depth = 0
    for match in PIECE.finditer(inner):
        depth = max(0, depth + _turn(match))
        if match["sign"] and depth == 0:
            found.led = found.led if found.signs else match.start() > 0
            found.signs += 1
    return found
