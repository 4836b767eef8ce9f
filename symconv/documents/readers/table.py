"""Which reader a file has, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from types import MappingProxyType

from .latex import read_latex
from .markdown import read_markdown
from .notebook import read_notebook
from .restructuredtext import read_restructuredtext
from .source import Piece, Source

Reader = Callable[[Source], Iterator[Piece]]
READERS: MappingProxyType[str, Reader] = MappingProxyType(
    {
        ".ipynb": read_notebook,
        ".ltx": read_latex,
        ".markdown": read_markdown,
        ".md": read_markdown,
        ".qmd": read_markdown,
        ".rmd": read_markdown,
        ".rst": read_restructuredtext,
        ".tex": read_latex,
        ".txt": read_markdown,
    }
)
"""The endings of files that are texts with formulas; a folder's other files are not read."""

MOST_TEXT, MOST_NOTEBOOK = 1_000_000, 50_000_000
"""The most bytes of a text, and of a notebook, which holds its pictures, too."""


def find_reader(file: str) -> Reader:
    """The reader of a file; any other text is read as Markdown."""
    return READERS.get(PurePath(file).suffix.lower(), read_markdown)


def is_document(file: str) -> bool:
    """Whether the name of a file is that of a text with formulas."""
    return PurePath(file).suffix.lower() in READERS


def most_bytes(file: str) -> int:
    """How large a file may be."""
    return MOST_NOTEBOOK if PurePath(file).suffix.lower() == ".ipynb" else MOST_TEXT
