"""reStructuredText: the directive and the role `math`, blocks of code, comments.

A formula gets the marks that the reader of claims knows, dollar signs, in the places of those that
it had: every character keeps its line and its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symconv.documents.model.marks import take_mark
from symconv.documents.model.records import Row

from .source import COMMAND_OPTION, NONE, Piece, Source, blank, make_mark, pad

ROLE = re.compile(r":math:`([^`]*)`|`([^`]*)`:math:")
DIRECTIVE = re.compile(r"(?P<lead>[ \t]*)\.\.[ \t]+(?P<name>[\w:.-]+)::[ \t]*(?P<said>.*)")
COMMENT = re.compile(r"[ \t]*\.\.(?:[ \t]+(?![\[_|])(?![\w:.-]+::).*)?")
IGNORED = re.compile(r"([ \t]*)\.\.([ \t]*symconv:[ \t]*(?:ignore|check)\b.*)")
OPTION = re.compile(r"[ \t]*:[\w-]+:(?:[ \t].*)?")
LITERAL = re.compile(r"(?![ \t]*\.\.[ \t]).*::[ \t]*")
CODE = {"code", "code-block", "sourcecode", "testcode"}
NO_TEXT = {
    "raw", "literalinclude", "include", "image", "highlight", "toctree", "plot", "graphviz",
    "parsed-literal", "doctest", "testsetup", "testoutput", "ipython", "jupyter-execute", "mermaid",
    "productionlist", "role", "default-role", "index", "tikz",
}  # fmt: skip
"""Directives whose inside is no text; that of any other, a note or a theorem, is read."""
TARGET = re.compile(r"`[^`<\n]{0,200}<[^`>\n]{0,400}>`__?")


def read_restructuredtext(source: Source) -> Iterator[Piece]:
    """The rows of a page of reStructuredText, and its marks."""
    rows = source.rows
    lines = [row.text for row in rows]
    place = 0
    while place < len(rows):
        mark = take_mark(lines, place)
        directive = DIRECTIVE.fullmatch(lines[place])
        ignored = IGNORED.fullmatch(lines[place])
        stop = find_block(lines, place)
        if ignored is not None:
            yield Row(f"{ignored[1]}% {ignored[2]}", rows[place].place)
            place += 1
        elif mark is not None:
            yield make_mark(mark.said, rows[place].place)
            yield from _blank_rows(rows[place : mark.stop])
            place = mark.stop
        elif directive is not None:
            body, place = rows[place:stop], stop if _is_taken(directive) else place + 1
            yield from _take_directive(body, directive, source.code)
        elif COMMENT.fullmatch(lines[place]):
            yield from _blank_rows(rows[place:stop])
            place = stop
        elif LITERAL.fullmatch(lines[place]):
            yield Row(clean_text(lines[place]), rows[place].place)
            yield from _blank_rows(rows[place + 1 : stop])
            place = stop
        else:
            yield Row(clean_text(lines[place]), rows[place].place)
            place += 1


def find_block(lines: Sequence[str], start: int) -> int:
    """The number of the line after the block that is indented below a line."""
    margin, stop = _indent(lines[start]), start + 1
    for number in range(start + 1, len(lines)):
        if not lines[number].strip():
            continue
        if _indent(lines[number]) <= margin:
            break
        stop = number + 1
    return stop


def _is_taken(directive: re.Match[str]) -> bool:
    """Whether what stands in a directive is no text: a note's is."""
    return directive["name"] in CODE | NO_TEXT | {"math", "symconv"}


def _take_directive(block: Sequence[Row], directive: re.Match[str], code: str) -> Iterator[Piece]:
    """The rows of a directive; of a note only the first, whose inside is read as text."""
    name, first = directive["name"], block[0]
    if name == "math":
        yield from _take_formula(block, directive)
    elif name == "symconv" or (name in CODE and directive["said"].strip() == "symconv"):
        inside = [directive["said"] if name == "symconv" else "", *(r.text for r in block[1:])]
        yield make_mark("\n".join(inside), first.place)
        yield from _blank_rows(block)
    elif name in CODE and code != NONE and directive["said"].strip() in {"", "python", "python3"}:
        yield Row(pad(f"{directive['lead']}```python", len(first.text)), first.place)
        for row in block[1:]:
            yield Row(blank(row.text) if OPTION.fullmatch(row.text) else row.text, row.place)
        yield Row("```", block[-1].place)
    elif _is_taken(directive):
        yield from _blank_rows(block)
    else:
        start = directive.start("said")
        yield Row(" " * start + clean_text(directive["said"]), first.place)


def _take_formula(block: Sequence[Row], directive: re.Match[str]) -> Iterator[Row]:
    """A formula of its own: between dollar signs, one between two lines that are empty."""
    first, inside = block[0], list(block[1:])
    said, start = directive["said"], directive.start("said")
    if said.strip():
        yield Row(f"{'$$':>{start}}{said}$$", first.place)
    else:
        yield Row("", first.place)
    rows = [Row("" if OPTION.fullmatch(r.text) else r.text, r.place) for r in inside]
    opened = False
    for number, row in enumerate(rows):
        filled = bool(row.text.strip())
        following = rows[number + 1].text.strip() if number + 1 < len(rows) else ""
        text = row.text
        if filled and not opened:
            # The block is indented, so that there is room before it.
            text, opened = _put_before(text), True
        if filled and opened and not following:
            text, opened = f"{text}$$", False
        yield Row(text, row.place)


def _put_before(text: str) -> str:
    """Two dollar signs in the room before a text; where there is none, the text moves."""
    margin = _indent(text)
    return f"{' ' * max(0, margin - 2)}$${text[margin:]}"


def clean_text(line: str) -> str:
    """A line of text with the formulas of roles between dollar signs; every place stays."""
    cleaned = COMMAND_OPTION.sub(lambda found: blank(found[0]), line)
    cleaned = TARGET.sub(lambda found: blank(found[0]), cleaned)
    return ROLE.sub(_dollar, cleaned)


def _dollar(found: re.Match[str]) -> str:
    if found[1] is not None:
        return f"{'$':>7}{found[1]}$"
    return f"${found[2]}${' ' * 6}"


def _blank_rows(rows: Sequence[Row]) -> Iterator[Row]:
    yield from (Row("", row.place) for row in rows)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
