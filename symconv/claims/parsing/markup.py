r"""The marks of a text that are no formula: fences, bold, quotes, `$...$`; every place stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .clauses import BREAK

ENVIRONMENTS = (
    "align|aligned|alignat|equation|gather|gathered|eqnarray|multline|flalign|split|displaymath"
)
OPENS = re.compile(rf"\$\$?|\\[\[(]|\\begin\{{((?:{ENVIRONMENTS})\*?)\}}")
CLOSES = {"\\[": "\\]", "\\(": "\\)"}
FENCE = re.compile(r"[ \t>]*(```|~~~)[ \t]*(\w*)")
MATH_FENCES = {"math", "latex", "tex"}
TICKS = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]+)\1(?!`)")
EMPHASIS = re.compile(
    r"(?<![\w*\\)\]}])(\*\*\*|\*\*|\*|__|_)(?=[^\s*_])([^*\n]{0,600}?[^\s*_])\1(?![\w*(])"
)
HTML_MARK = re.compile(r"</?(?:b|i|em|strong|p|br|code|pre|sub|sup|li|ul|ol|u|span|div)\s*/?>")
LEAD = re.compile(
    r"[ \t]*(?:>+|#{1,6}(?=\s)|[-*+•](?=\s)|\(?\d{1,3}[.)](?=\s+[^\s=+*/])|&gt;"
    r"|\((?:[a-h]|i{1,3}|iv|vi{0,2})\)(?=\s+[^\s=+*/-]))[ \t]*"
)
NUMBERED = re.compile(r"(?<![ \t])[ \t]{2,}\(\d{1,3}[a-z]?\)[ \t]*$", re.MULTILINE)
TABLE_ROW = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
CELL_END = re.compile(r"^[ \t]*\||(?<=\s)\||\|(?=\s|$)")
BEGIN_GROUP = re.compile(r"\\(?:begin|end)group(?![A-Za-z])")
MOST_BESIDE = 200
"""How many characters beside a formula are looked at, to see whether it stands in a sentence."""

MOST_LEADS = 6
"""How many marks may stand before what a line says: quotes in quotes, a list in them."""


@dataclass(frozen=True)
class MathZone:
    """A formula of LaTeX: from its opening to its closing mark, and the body between them."""

    start: int
    stop: int
    body_start: int
    body: str
    display: bool = True


class MaskedText:
    """A text whose marks are taken out, each place kept; what is left is formulas and words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left = list(text)

    def __str__(self) -> str:
        return "".join(self.left)

    def part(self, start: int, stop: int) -> str:
        """What is left of a stretch."""
        return "".join(self.left[start:stop])

    def blank(self, start: int, stop: int, mark: str = " ") -> None:
        """Take out a stretch; line breaks stay, so that every place keeps its line."""
        for place in range(start, stop):
            if self.left[place] != "\n":
                self.left[place] = mark


def mask_fences(masked: MaskedText) -> tuple[frozenset[int], list[MathZone]]:
    """Take the fences out; the lines of code between them, from 0, and what is a formula there."""
    inside, formula, place, opened = "", False, 0, 0
    found: set[int] = set()
    zones: list[MathZone] = []
    for number, line in enumerate(masked.text.split("\n")):
        match = FENCE.match(line)
        after = place + len(line) + 1
        if match and (not inside or match.group(1) == inside):
            if inside and formula:
                zones.append(MathZone(opened, place, opened, masked.text[opened:place]))
            formula = not inside and match.group(2) in MATH_FENCES
            inside, opened = ("" if inside else match.group(1)), after
            masked.blank(place, place + len(line))
        elif inside and not formula:
            found.add(number)
        place = after
    return frozenset(found), zones


def find_math(text: str) -> Iterator[MathZone]:
    """The formulas between dollar signs and the like; `$...$` ends on the line where it starts."""
    place, line_end, missing = 0, -1, set[str]()
    while match := OPENS.search(text, place):
        mark, start = match.group(), match.end()
        close = f"\\end{{{match[1]}}}" if match[1] else CLOSES.get(mark, mark)
        if line_end < start:
            line_end = text.find("\n", start) % (len(text) + 1)
        # What is closed nowhere is looked for once, however often it is opened.
        limit = line_end if close == "$" else len(text)
        stop = -1 if close in missing else text.find(close, start, limit)
        if stop <= start:
            missing |= {close} if stop < 0 and limit == len(text) else set()
            place = start
            continue
        ticks = close == "$" and text[start] == "`" == text[stop - 1] and stop - start > 2
        yield MathZone(
            match.start(),
            stop + len(close),
            start + ticks,
            text[start + ticks : stop - ticks],
            display=close not in {"$", "\\)"} and _is_alone(text, match.start(), stop + len(close)),
        )
        place = stop + len(close)


def _is_alone(text: str, start: int, stop: int) -> bool:
    """Whether nothing but marks stands beside a formula on its lines."""
    end = text.find("\n", stop)
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after = text[stop : len(text) if end < 0 else end]
    return not re.search(r"\w", before[-MOST_BESIDE:] + after[:MOST_BESIDE])


def find_code_spans(text: str) -> Iterator[tuple[int, int]]:
    """What stands between backticks in a line."""
    for match in TICKS.finditer(text):
        yield match.span(2)


def mask_prose(masked: MaskedText, fenced: frozenset[int]) -> None:
    """Take bold, italics and HTML out of the lines that are not code."""
    lines = str(masked).split("\n")
    text = "\n".join(" " * len(x) if n in fenced else x for n, x in enumerate(lines))
    for match in HTML_MARK.finditer(text):
        masked.blank(*match.span(), BREAK)
    for match in BEGIN_GROUP.finditer(text):
        masked.blank(*match.span(), BREAK)
    for match in EMPHASIS.finditer(text):
        inner = match.group(2)
        # A product of letters is written without spaces inside, and a name in bold has three.
        if " " in inner or len(inner) >= 3 or len(match.group(1)) > 1:
            masked.blank(match.start(), match.start(2), BREAK)
            masked.blank(match.end(2), match.end(), BREAK)
    for row in TABLE_ROW.finditer(text):
        for match in CELL_END.finditer(row.group()):
            masked.blank(row.start() + match.start(), row.start() + match.end(), BREAK)
    for match in NUMBERED.finditer(text):
        masked.blank(*match.span())


def measure_lead(line: str) -> int:
    """How long the marks before what a line says are: `> `, `- `, `(3) `, `## `."""
    place = 0
    for _ in range(MOST_LEADS):
        match = LEAD.match(line, place)
        if match is None or match.end() == place:
            break
        place = match.end()
    return place
