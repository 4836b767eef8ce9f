"""The index of the search: what every section says, as a script that a page loads when asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from .model import DocumentationPage

MOST_WORDS = 700
"""Characters of a section that can be found: the tables of claims have a thousand rows."""


def write_search_index(pages: Sequence[DocumentationPage]) -> bytes:
    """All sections of all pages: path, title of the page, heading, words.

    It is a script and not JSON, because a page that is opened as a file may load scripts alone.
    """
    rows = [row for page in pages if page.group != "Sources" for row in _list_sections(page)]
    # `<` has no meaning in a file of its own, but the rows are shown by a page.
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"window.symconvSearch({text});\n".encode()


def _list_sections(page: DocumentationPage) -> Iterable[tuple[str, str, str, str]]:
    names = {h.anchor: h.words for h in page.headings}
    first = page.headings[0].anchor if page.headings else ""
    for anchor, words in page.words.items():
        heading = "" if anchor in {"", first} else names[anchor]
        if words or heading:
            path = f"{page.path}#{anchor}" if heading else page.path
            yield path, page.title, heading, words[:MOST_WORDS]
