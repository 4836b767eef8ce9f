"""Markdown, as GitHub, MyST and Quarto write it: fences, comments, attributes and front matter.

A block of code that the page shows is judged as code; one that is run, ```` ```{python} ````, is
not: a program has names of its own. A fence `symconv` holds the network of what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symconv.documents.model.marks import take_mark
from symconv.documents.model.records import Place, Row

from .source import ALL, COMMAND_OPTION, NONE, Piece, Source, blank, blank_row, make_mark, pad

FENCE = re.compile(r"(?P<lead>[ \t>]*)(?P<ticks>`{3,}|~{3,}|:{3,})[ \t]*(?P<info>[^\n`]*)")
RUN = re.compile(r"\{\s*\.?(?:python|r|julia|ojs|bash|sh|sql|code-cell|mermaid|dot|observable)\b")
SHOWN_CODE = re.compile(r"\{\s*\.?(?:code|code-block|sourcecode|literalinclude)\b")
NETWORK = re.compile(r"\{?\s*\.?symconv\b\s*\}?")
FORMULA = re.compile(r"\{\s*math\s*\}")
OPTION = re.compile(r"[ \t>]*(?::[\w-]+:|#\|)[^\n]*")
COMMENT = re.compile(r"<!--.*?-->")
ATTRIBUTES = re.compile(r"\{\s*[#.][A-Za-z][^{}\n]{0,400}\}|\{\{<[^\n]{0,400}?>\}\}")
TARGET = re.compile(r"(?<=\])\([^\s()]*[./\#][^\s()]*(?:\s\"[^\"\n]*\")?\)")
EDGE = re.compile(r"-{3}[ \t]*|\.{3}[ \t]*")


@dataclass
class MarkdownReader:
    """Takes one line after another; `rows` may be those of a cell of a notebook."""

    rows: Sequence[Row]
    code: str
    place: int = 0
    lines: list[str] = field(default_factory=list)

    def read(self) -> Iterator[Piece]:
        """The rows in order with what is no text blanked, and the marks between them."""
        self.lines = [row.text for row in self.rows]
        yield from self.take_front_matter()
        while self.place < len(self.rows):
            line = self.lines[self.place]
            fence = FENCE.fullmatch(line)
            mark = take_mark(self.lines, self.place)
            if fence is not None and not fence["ticks"].startswith(":"):
                yield from self.take_fence(fence)
            elif fence is not None:
                yield self.take_blank()
            elif mark is not None:
                yield make_mark(mark.said, self.rows[self.place].place)
                yield from self.blank_to(mark.stop)
            elif "<!--" in COMMENT.sub("", line):
                yield from self.take_long_comment(line)
            else:
                yield self.take(clean_line(line))

    def take(self, text: str) -> Row:
        """The next row with another text of the same length."""
        row = self.rows[self.place]
        self.place += 1
        return Row(text, row.place)

    def take_blank(self) -> Row:
        return self.take("")

    def blank_to(self, stop: int) -> Iterator[Row]:
        """The rows up to a number, blanked."""
        while self.place < min(stop, len(self.rows)):
            yield self.take_blank()

    def take_front_matter(self) -> Iterator[Row]:
        """The settings at the top of a page, between lines of three dashes."""
        if not self.lines or not EDGE.fullmatch(self.lines[0]) or self.lines[0][0] == ".":
            return
        for number, line in enumerate(self.lines[1:], 2):
            if EDGE.fullmatch(line):
                yield from self.blank_to(number)
                return

    def take_long_comment(self, line: str) -> Iterator[Row]:
        """A comment of several lines; one that does not end is text."""
        start = line.rindex("<!--")
        for number in range(self.place + 1, len(self.rows)):
            end = self.lines[number].find("-->")
            if end >= 0:
                yield self.take(clean_line(line[:start]))
                yield from self.blank_to(number)
                rest = self.lines[number][end + 3 :]
                self.lines[number] = " " * (end + 3) + rest
                return
        yield self.take(clean_line(line))

    def take_fence(self, fence: re.Match[str]) -> Iterator[Piece]:
        """A block between fences, by what its first line says that it is."""
        info, stop = fence["info"].strip(), self.find_end(fence)
        if NETWORK.fullmatch(info):
            inside = "\n".join(self.lines[self.place + 1 : stop])
            yield make_mark(inside, self.rows[self.place].place)
            yield from self.blank_to(stop + 1)
        elif FORMULA.match(info):
            yield self.take(pad(f"{fence['lead']}```math", len(fence.group())))
            while self.place < stop:
                inner = self.lines[self.place]
                yield self.take(blank(inner) if OPTION.fullmatch(inner) else inner)
            yield from self.take_end(fence, stop)
        elif RUN.match(info) or SHOWN_CODE.match(info) or not info.startswith("{"):
            yield from self.take_code(fence, stop, run=RUN.match(info) is not None)
        else:
            # A note, a theorem, a figure: what stands in it is text, with fences of its own.
            self.blank_end(stop)
            yield self.take_blank()

    def blank_end(self, stop: int) -> None:
        """Take the last line of a block out, before its inside is read as text."""
        if stop < len(self.lines):
            self.lines[stop] = ""

    def take_code(self, fence: re.Match[str], stop: int, *, run: bool) -> Iterator[Piece]:
        """A block of code, with the fences that the reader of claims knows; or blanks for it."""
        judged = self.code == ALL or (self.code != NONE and not run)
        if not judged:
            yield from self.blank_to(stop + 1)
            return
        said = "```python" if fence["info"].startswith("{") else fence.group()
        yield self.take(said)
        while self.place < stop:
            inner = self.lines[self.place]
            yield self.take("" if OPTION.fullmatch(inner) else inner)
        yield from self.take_end(fence, stop)

    def take_end(self, fence: re.Match[str], stop: int) -> Iterator[Row]:
        """The closing fence; the mark that closes it for the reader of claims, too."""
        if stop < len(self.rows):
            yield self.take(fence["lead"] + fence["ticks"][0] * 3)

    def find_end(self, fence: re.Match[str]) -> int:
        """The number of the line that closes a fence; that after the last where none does."""
        sign, count = fence["ticks"][0], len(fence["ticks"])
        closes = re.compile(rf"[ \t>]*{re.escape(sign)}{{{count},}}[ \t]*")
        for number in range(self.place + 1, len(self.rows)):
            if closes.fullmatch(self.lines[number]):
                return number
        return len(self.rows)


def clean_line(line: str) -> str:
    """A line of text without comments, attributes and the addresses of links; places stay."""
    for pattern in (COMMENT, ATTRIBUTES, TARGET, COMMAND_OPTION):
        if "symconv" not in line or pattern is not COMMENT:
            line = pattern.sub(lambda found: " " * len(found[0]), line)
    return line


def read_markdown(source: Source) -> Iterator[Piece]:
    """The rows of a page of Markdown, and its marks."""
    yield from MarkdownReader(source.rows, source.code).read()


def read_cell(rows: Sequence[Row], code: str) -> Iterator[Piece]:
    """The rows of a cell of text of a notebook, and its marks."""
    yield from MarkdownReader(rows, code).read()


def read_tagged(rows: Sequence[Row], place: Place) -> Iterator[Piece]:
    """A cell that is tagged `symconv`: the network of what follows."""
    yield make_mark("\n".join(row.text for row in rows), place)
    yield from map(blank_row, rows)
