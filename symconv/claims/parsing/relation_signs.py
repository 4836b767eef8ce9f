"""Relation signs in a text, and the rules by which a sign belongs to no formula."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SIGN = re.compile(
    r"<=+>|={1,2}>|={3,}|:=|[-+*/]=|==|!=|<=|>=|=|<-(?![->])|[≈≡≠≤≥←∝≅≃≔]"
    r"|\\(?:approx|equiv|leftarrow|gets|coloneqq|leq?|geq?|neq?|propto|sim|simeq|cong|triangleq)"
    r"(?![A-Za-z])"
)
"""Every way in which a text relates two sides; the longest first."""

ARROW = re.compile(r"<=+>|={1,2}>")
RULER = re.compile(r"={3,}")
ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>]+|\bwww\.[^\s<>]+")
TAGS = (
    "a|abbr|b|blockquote|br|code|col|details|div|em|figure|font|h[1-6]|hr|i|iframe|img|input|kbd|li"
    "|ol|p|pre|script|source|span|strong|style|sub|summary|sup|svg|table|td|th|tr|u|ul|video"
)
TAG = re.compile(rf"<(?:{TAGS})(?:\s[^<>]{{0,600}})?/?>", re.IGNORECASE)
LATEX_OPTIONS = re.compile(
    r"\\(?:documentclass|usepackage|RequirePackage|includegraphics|geometry|hypersetup|lstset"
    r"|captionsetup|begin\{[A-Za-z*]{1,30}\})\s*(?:\[[^\]]{0,400}\]|\{[^{}]{0,400}=[^{}]{0,400}\})"
)
RANGE = re.compile(
    r"\b[A-Za-z]\s*=\s*-?\d+\s*,\s*(?:-?\d+\s*,\s*)?(?:\\[lc]?dots|\.\.\.|…)\s*,?\s*[\w-]+"
)
SIDE = r"[-+\w\s\\{}',.()/]{1,60}"
LESS = r"(?:<|≤|\\leq?(?![A-Za-z]))"
INDEX_RANGE = re.compile(rf"{SIDE}{LESS}{SIDE}{LESS}{SIDE}")
INDEX_BOUND = re.compile(rf"\s*([a-z])'*\s*{LESS}{SIDE}")
BRACKET = re.compile(r"\s*\[[^\[\]\n]{1,80}\]\s*")
ESCAPED_BRACKET = re.compile(r"\bbrackets? \\\[[^\[\]\n]{1,30}\\\]")
PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d+\]:)[ \t]?")
DEFINES = re.compile(r"\s*(?:async\s+)?(?:def|class|lambda)\s+\w")
ASKS = re.compile(r"\s*(?:if|elif|while|assert)\b")
CALLS = re.compile(r"\s*(?:return\b.*|yield\b.*|@[\w.]+\(.*|print\(.*|[A-Za-z_]\w*(?:\.\w+)+\(.*)$")
LOOPS = re.compile(r"\s*(?:async\s+)?for\s+[\w\s,()]{1,80}\s+in\b.*:\s*$")
CALL = re.compile(r"\s*[A-Za-z_]\w*\([^=]*[,(]\s*[a-z_]\w*=.*\)\s*$")
KEYWORD = re.compile(r"[(,]\s*\**[A-Za-z_]\w*\s*(?=$)")

UNPACKED_SHAPE = re.compile(
    r"^[ \t]*(?:[A-Za-z_]\w{0,40}[ \t]*,[ \t]*){0,8}[A-Za-z_]\w{0,40}[ \t]*=[ \t]*"
    r"[A-Za-z_][\w.]{0,40}\.shape(?:\[[^\]\n]{0,20}\])?[ \t]*$",
    re.MULTILINE,
)
"""`N, C, H, W = x.shape`: code that gives names to sizes."""

TYPE_ALIAS = re.compile(
    r"^[ \t]*[A-Za-z_]\w{0,40}[ \t]*:[ \t]*TypeAlias[ \t]*=[^\n]*$", re.MULTILINE
)
ADDRESSED, TAGGED, ARROWED, RULED = (
    "it stands in an address", "it is an attribute of HTML", "it is an arrow between statements",
    "it is a ruler",
)  # fmt: skip
BRACKETED = "it is the condition of a bracket"
MARKED = "it is in a tag or a label of a formula"
UNPACKED = "it gives names to sizes in code"
RANGED, DEFINED, ASKED, OPTION = (
    "it is the range of an index", "it is a default of a definition in code",
    "it is a condition of code", "it is an option of a call",
)  # fmt: skip

NEGATIVE = re.compile(r"<-(?=[\w.\\({])")
"""Less than a negative number; an arrow has a space behind it, or another sign."""

PROSE = re.compile(r"[A-Za-z]{2,}[\s,]")


@dataclass(frozen=True)
class SignPlace:
    """A relation sign with its place; `line` and `column` are counted from 1."""

    sign: str
    start: int
    line: int
    column: int

    @property
    def stop(self) -> int:
        return self.start + len(self.sign)


class LineTable:
    """Where the lines of a text start, to find the line and the column of a place quickly."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def locate(self, place: int) -> tuple[int, int]:
        """The line and the column of a place, both counted from 1."""
        line = bisect_right(self.starts, place)
        return line, place - self.starts[line - 1] + 1


def find_signs(text: str) -> Iterator[SignPlace]:
    """Every relation sign of a text, in order."""
    table = LineTable(text)
    for match in SIGN.finditer(text):
        yield SignPlace(match.group(), match.start(), *table.locate(match.start()))


def part_less_from_minus(text: str) -> str:
    """The text, as long as before, with a minus sign behind every `<` that begins no arrow.

    `w <- w - dC/dw` and a whole `w<-w-dC/dw` are arrows; within a bracket without words, and behind
    another sign of the same line, `x<-3` compares with a negative number.
    """
    if "<-" not in text:
        return text
    return "\n".join(_part_line(line) if "<-" in line else line for line in text.split("\n"))


def _part_line(line: str) -> str:
    opened, related, found = list[int](), False, list(line)
    for place, c in enumerate(line):
        if c in "([{":
            opened.append(place + 1)
        elif c in ")]}" and opened:
            opened.pop()
        arrow = NEGATIVE.match(line, place) is None
        if not arrow and (related or (opened and not PROSE.search(line, opened[-1], place))):
            found[place + 1] = "−"
        elif c in "=≈≡≔←" or line.startswith("<-", place):
            related = True
        elif c in ".;":
            related = False
    return "".join(found)


@dataclass(frozen=True)
class NoFormula:
    """A stretch of text whose signs belong to no formula, and by which rule."""

    start: int
    stop: int
    why: str


def find_no_formulas(text: str) -> Iterator[NoFormula]:
    """What belongs to no formula wherever it stands: addresses, attributes, rulers, ranges."""
    for match in ADDRESS.finditer(text):
        yield NoFormula(*match.span(), ADDRESSED)
    for match in TAG.finditer(text):
        yield NoFormula(*match.span(), TAGGED)
    for match in LATEX_OPTIONS.finditer(text):
        yield NoFormula(*match.span(), OPTION)
    rules = (
        (RULER, RULED), (ARROW, ARROWED), (RANGE, RANGED), (ESCAPED_BRACKET, BRACKETED),
        (UNPACKED_SHAPE, UNPACKED), (TYPE_ALIAS, DEFINED),
    )  # fmt: skip
    for pattern, why in rules:
        for match in pattern.finditer(text):
            yield NoFormula(*match.span(), why)


def describe_condition(formula: str, names: Collection[str]) -> str:
    """Why a whole formula states nothing: the range of an index, a bracket; empty where it does.

    `names` are those of tensors, which are no indices.
    """
    bound = INDEX_BOUND.fullmatch(formula)
    if INDEX_RANGE.fullmatch(formula) or (bound and bound[1] not in names):
        return RANGED
    return BRACKETED if BRACKET.fullmatch(formula) and SIGN.search(formula) else ""


def find_no_formulas_of_code(line: str, start: int, *, code: bool) -> Iterator[NoFormula]:
    """The signs of a line of code that state nothing: defaults, conditions, options of a call.

    `code` says that the line stands between marks of code; a condition in prose is none of code.
    """
    prompt = PROMPT.match(line)
    here = prompt.end() if prompt else 0
    body = line[here:]
    if DEFINES.match(body):
        yield NoFormula(start + here, start + here + _head_of_block(body), DEFINED)
    elif ASKS.match(body) and (code or body.rstrip().endswith(":")):
        yield NoFormula(start + here, start + here + _head_of_block(body), ASKED)
    elif CALLS.match(body) or (code and (CALL.match(body) or LOOPS.match(body))):
        for sign in SIGN.finditer(body):
            inside = KEYWORD.search(body[: sign.start()]) is not None
            if inside or (sign.group() in {"==", "!=", "<=", ">="} and code):
                why = OPTION if inside else ASKED
                yield NoFormula(start + here + sign.start(), start + here + sign.end(), why)


def _head_of_block(body: str) -> int:
    """How long the part before the colon is that opens a block; the whole where there is none."""
    depth = 0
    for place, character in enumerate(body):
        depth += (character in "([{") - (character in ")]}")
        if character == ":" and depth == 0 and body[place + 1 : place + 2] != "=":
            return place + 1
    return len(body)
