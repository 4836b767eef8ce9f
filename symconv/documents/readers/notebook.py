"""Notebooks, read as data: the cells of text are Markdown; those of code are not run.

The form is that of nbformat 4, whose cells stand in a list, and of nbformat 3, whose worksheets
hold them. A cell that is tagged `symconv` holds the network of what follows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from json import scanner
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from symconv.claims.parsing.relation_signs import LineTable
from symconv.core.errors import SymconvError
from symconv.documents.model.records import Place, Row

from .markdown import read_cell, read_tagged
from .source import ALL, Piece, Source, blank_row

TAG = "symconv"
NOT_READ = "raw", "heading"
MOST_CELLS = 5_000
"""The most cells of a notebook: one with as many opens in no editor."""


class PlacedText(str):
    """A string of a JSON file that knows at which character it begins."""

    __slots__ = ("start",)
    start: int


class PlacingDecoder(json.JSONDecoder):
    """JSON whose strings know where they stand; the scanner in Python asks for each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = _parse_placed
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]


def _parse_placed(text: str, start: int, strict: bool) -> tuple[str, int]:
    """A string of JSON behind its opening quotation mark, and where it ends."""
    found, stop = scanstring(text, start, strict)
    placed = PlacedText(found)
    placed.start = start
    return placed, stop


def read_notebook(source: Source) -> Iterator[Piece]:
    """The rows of the cells of a notebook, and its marks; SymconvError where it is none."""
    cells, table = load_cells(source.text), LineTable(source.text)
    for number, cell in enumerate(cells, 1):
        rows = list(_list_rows(source, table, cell, number))
        first = rows[0].place if rows else Place(source.file, 1, cell=number)
        kind, tags = cell.get("cell_type"), _list_tags(cell)
        if TAG in tags:
            yield from read_tagged(rows, first)
        elif f"{TAG}-ignore" in tags or kind in NOT_READ or kind not in {"markdown", "code"}:
            yield from map(blank_row, rows)
        elif kind == "markdown":
            yield from read_cell(rows, source.code)
        elif source.code == ALL:
            yield Row("```python", first)
            yield from rows
            yield Row("```", first)
        else:
            yield from map(blank_row, rows)
        # A formula does not go on in another cell.
        yield Row("", first)


def load_cells(text: str) -> list[dict[str, Any]]:
    """The cells of a notebook in order; SymconvError says what there is instead."""
    try:
        found = PlacingDecoder().decode(text)
    except (ValueError, RecursionError) as error:
        said = (
            f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise SymconvError(f"this is no notebook{': ' + said if said else ''}", help=HELP) from None
    cells = found.get("cells") if isinstance(found, dict) else None
    sheets = found.get("worksheets") if isinstance(found, dict) else None
    if cells is None and isinstance(sheets, list):
        cells = [c for s in sheets if isinstance(s, dict) for c in _as_list(s.get("cells"))]
    if not isinstance(cells, list) or not all(isinstance(c, dict) for c in cells):
        raise SymconvError("this is no notebook: it has no list of cells", help=HELP)
    if len(cells) > MOST_CELLS:
        raise SymconvError(f"{len(cells):,} cells; at most {MOST_CELLS:,} are read")
    return cells


HELP = "nbformat 4, as Jupyter saves it"


def _as_list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _list_tags(cell: dict[str, Any]) -> set[str]:
    """The tags of a cell, as Jupyter and as Quarto write them."""
    settings = cell.get("metadata")
    tags = settings.get("tags") if isinstance(settings, dict) else None
    return {str(t) for t in _as_list(tags)}


def _list_rows(
    source: Source, table: LineTable, cell: dict[str, Any], number: int
) -> Iterator[Row]:
    """The lines of a cell, each with its place in the cell and in the file."""
    given = cell.get("source", cell.get("input", ""))
    parts = given if isinstance(given, list) else [given]
    if not all(isinstance(p, str) for p in parts):
        raise SymconvError(f"cell {number} has no text for its source", help=HELP)
    line, text, file_line = 1, "", 0
    for part in parts:
        if not text:
            file_line = _find_line(table, part)
        *whole, text = (text + part).split("\n")
        for said in whole:
            yield Row(said, Place(source.file, line, cell=number, file_line=file_line))
            line += 1
    if text or line == 1:
        yield Row(text, Place(source.file, line, cell=number, file_line=file_line))


def _find_line(table: LineTable, part: str) -> int:
    """The line of the file on which a string stands."""
    return table.locate(part.start if isinstance(part, PlacedText) else 0)[0]
