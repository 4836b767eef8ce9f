r"""LaTeX: comments, what is shown as it is typed, and drawings are no text; listings are code.

Macros are left to the reader of claims, which replaces them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symconv.documents.model.marks import take_mark
from symconv.documents.model.records import Row

from .source import NONE, Piece, Source, blank, make_mark, pad

OPENS = re.compile(
    r"\\begin\s*\{(?P<name>verbatim\*?|Verbatim|comment|filecontents\*?|tikzpicture|pgfpicture"
    r"|lstlisting|minted|filecontents)\}"
)
LISTINGS = {"lstlisting", "minted"}
PYTHON = re.compile(r"\\begin\s*\{(?:lstlisting|minted)\}[^\n]*python", re.IGNORECASE)
COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
VERB = re.compile(r"\\(?:verb|lstinline)\*?(?:\[[^\]]*\])?([^\sA-Za-z*\[{])[^\n]*?\1")
IF_FALSE = re.compile(r"\\iffalse(?![A-Za-z])")
FI = re.compile(r"\\(?:fi|else)(?![A-Za-z])")
END = re.compile(r"\\end\s*\{document\}")
IGNORED = re.compile(r"[ \t]*%+[ \t]*symconv:[ \t]*(?:ignore|check)\b")


def read_latex(source: Source) -> Iterator[Piece]:
    """The rows of a document of LaTeX, and its marks."""
    rows = source.rows
    lines = [row.text for row in rows]
    place = 0
    while place < len(rows):
        line, row = lines[place], rows[place]
        mark = take_mark(lines, place)
        if mark is not None:
            yield make_mark(mark.said, row.place)
            yield from (Row("", r.place) for r in rows[place : mark.stop])
            place = mark.stop
            continue
        if IGNORED.match(line):
            yield row
            place += 1
            continue
        text = strip_comment(line)
        opened = OPENS.search(text) or IF_FALSE.search(text)
        if opened is None:
            ends = END.search(text)
            yield Row(text, row.place)
            place = len(rows) if ends else place + 1
            continue
        stop = _find_end(lines, place, opened)
        yield from _take_block(rows, place, stop, opened, code=source.code)
        place = stop + 1


def _take_block(
    rows: list[Row], start: int, stop: int, opened: re.Match[str], *, code: str
) -> Iterator[Row]:
    """The rows of what is no text; those of a listing in Python are a block of code."""
    first, inside = rows[start], rows[start + 1 : stop]
    name = opened.groupdict().get("name") or ""
    listed = name in LISTINGS and code != NONE and PYTHON.search(first.text) is not None
    # A fence stands on a line of its own for the reader of claims.
    if listed and not first.text[: opened.start()].strip():
        yield Row(pad("```python", len(first.text)), first.place)
        yield from inside
        yield from (Row("```", row.place) for row in rows[stop : stop + 1])
        return
    yield Row(first.text[: opened.start()], first.place)
    yield from (Row("", row.place) for row in inside)
    for last in rows[stop : stop + 1] if stop > start else ():
        closes = (FI if not name else re.compile(rf"\\end\s*\{{{re.escape(name)}\}}")).search(
            last.text
        )
        kept = closes.end() if closes else len(last.text)
        yield Row(" " * kept + strip_comment(last.text[kept:]), last.place)


def _find_end(lines: list[str], start: int, opened: re.Match[str]) -> int:
    """The number of the line on which a block ends; the last one where it does not."""
    name = opened.groupdict().get("name")
    closes = FI if name is None else re.compile(rf"\\end\s*\{{{re.escape(name)}\}}")
    if closes.search(lines[start], opened.end()):
        return start
    for number in range(start + 1, len(lines)):
        if closes.search(lines[number]):
            return number
    return len(lines) - 1


def strip_comment(line: str) -> str:
    """A line without its comment and without what it shows as it is typed; places stay."""
    shown = VERB.sub(lambda found: blank(found[0]), line)
    return COMMENT.sub(lambda found: found[1], shown)
