"""Readers keep every place: what stays of a text stays on its line and in its column."""

import json
import re

import pytest
from paths import DATA

from symconv.core.errors import SymconvError
from symconv.documents.model.records import Mark, Row
from symconv.documents.readers.notebook import load_cells
from symconv.documents.readers.source import Source
from symconv.documents.readers.table import READERS, find_reader, is_document

BOOK = DATA / "book"
CHAPTERS = sorted(p for p in BOOK.rglob("*.*") if is_document(p.name))
PUT_IN = re.compile(r"\$+|```(?:math|python)?|%")
"""What a reader writes for the marks of its markup, where these stood."""


def read(name, text, code="shown"):
    return list(find_reader(name)(Source(text, name, code)))


def shown(name, text, code="shown"):
    """The rows that are not blank, each with its line."""
    rows = [p for p in read(name, text, code) if isinstance(p, Row)]
    return [(r.place.line, r.text.strip()) for r in rows if r.text.strip()]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.name)
def test_what_stays_of_a_line_stays_in_its_column(path):
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = ["".join(c["source"]).split("\n") for c in json.loads(text)["cells"]]
        lines = {(n, k): x for n, c in enumerate(cells, 1) for k, x in enumerate(c, 1)}
    else:
        lines = {(0, k): x for k, x in enumerate(text.split("\n"), 1)}
    rows = [p for p in read(path.name, text) if isinstance(p, Row)]
    assert rows
    for row in rows:
        written = lines[row.place.cell, row.place.line]
        kept = PUT_IN.sub(lambda m: " " * len(m[0]), row.text)
        moved = [c for k, c in enumerate(kept) if c != " " and written[k : k + 1] != c]
        assert moved == [], (row, written)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.name)
def test_every_line_is_read_once(path):
    rows = [p for p in read(path.name, path.read_text("utf-8")) if isinstance(p, Row)]
    places = [(r.place.cell, r.place.line) for r in rows if r.text or path.suffix != ".ipynb"]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize(
    "text", ["", "\n", "```", "~~~\n", "<!--", "<!-- symconv:", ".. math::", "---\n", "\\iffalse",
             "\\begin{verbatim}", "%", "% symconv: a |", ".. symconv: a |\n", "$$", ":::",
             "````{note}", "```symconv", "..", "::", "\\verb|", "{", '{"cells": []}',
             '{"cells": [{}]}'],
)  # fmt: skip
def test_what_is_cut_off_is_read_all_the_same(name, text):
    if name == ".ipynb" and not text.startswith('{"'):
        with pytest.raises(SymconvError, match="no notebook"):
            read(f"x{name}", text)
        return
    assert all(isinstance(p, Row | Mark) for p in read(f"x{name}", text))


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("a.md", "a <!-- x = 1 --> b", [(1, "a" + " " * 16 + "b")]),
        ("a.md", "a\n<!-- y = 2\nz = 3 -->c", [(1, "a"), (3, "c")]),
        ("a.md", "---\nt: a = b\n---\nx", [(4, "x")]),
        ("a.md", "---\nno end", [(1, "---"), (2, "no end")]),
        ("a.md", "```{python}\nx = 1\n```\ny", [(4, "y")]),
        ("a.md", "see [a = b](c.html?d=1) and `--e=f`", [(1, "see [a = b]" + " " * 13 + "and")]),
        ("a.md", ":::{note}\nx = 1\n:::", [(2, "x = 1")]),
        ("a.md", "$a$ {#eq-b width=3}", [(1, "$a$")]),
        ("a.tex", "a % b = c\n100\\% d", [(1, "a"), (2, "100\\% d")]),
        ("a.tex", "\\verb|x = 1| y", [(1, "y")]),
        ("a.tex", "\\begin{comment}x\ny = 1\n\\end{comment} z", [(3, "z")]),
        ("a.tex", "\\iffalse x = 1 \\fi\ny", [(2, "y")]),
        ("a.tex", "x\n\\end{document}\ny = 1", [(1, "x\n".strip()), (2, "\\end{document}")]),
        ("a.rst", "see :math:`a = b`.", [(1, "see       $a = b$.")]),
        ("a.rst", "`a = b`:math: holds", [(1, "$a = b$       holds")]),
        ("a.rst", ".. math:: a = b", [(1, "$$a = b$$")]),
        ("a.rst", ".. a = b\n   c = d\n\ne", [(4, "e")]),
        ("a.rst", "x::\n\n  a = b\n\ny", [(1, "x::"), (5, "y")]),
        ("a.rst", ".. image:: a?b=c\n   :alt: d = e\n\nf", [(4, "f")]),
        ("a.rst", ".. note:: a = b\n\n   c = d", [(1, "a = b"), (3, "c = d")]),
    ],
)  # fmt: skip
def test_what_is_no_text_is_left_out(name, text, kept):
    assert shown(name, text) == kept


@pytest.mark.parametrize(
    ("name", "shows", "runs"),
    [
        ("a.md", "```python\nx = 1\n```", "```{python}\nx = 1\n```"),
        ("a.tex", "\\begin{lstlisting}[language=Python]\nx = 1\n\\end{lstlisting}", None),
        ("a.rst", ".. code-block:: python\n\n   x = 1\n", None),
        ("a.ipynb", None, json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]})),
    ],
)  # fmt: skip
def test_code_is_judged_where_it_is_asked_for(name, shows, runs):
    for text, words in ((shows, {"shown", "all"}), (runs, {"all"})):
        for code in ("shown", "all", "none"):
            found = text is not None and any("x = 1" in said for _, said in shown(name, text, code))
            assert text is None or found == (code in words), (code, text)


MARKED = [
    ("a.md", "<!-- symconv: two-convs -->"),
    ("a.md", "<!--symconv: two-convs\n-->"),
    ("a.md", "```symconv\ntwo-convs # by name\n```"),
    ("a.md", "```{symconv}\n\ntwo-convs\n```"),
    ("a.qmd", "```{.symconv}\ntwo-convs\n```"),
    ("a.txt", "// symconv: two-convs"),
    ("a.tex", "% symconv: two-convs"),
    ("a.tex", "  %% symconv:two-convs"),
    ("a.rst", ".. symconv: two-convs"),
    ("a.rst", ".. symconv:: two-convs"),
    ("a.rst", ".. code-block:: symconv\n\n   two-convs"),
    ("a.ipynb", json.dumps({"cells": [
        {"cell_type": "raw", "metadata": {"tags": ["symconv"]}, "source": ["two-", "convs"]}]})),
    ("a.ipynb", json.dumps({"worksheets": [{"cells": [
        {"cell_type": "markdown", "source": "x\n\n<!-- symconv: two-convs -->"}]}]})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), MARKED)
def test_a_network_is_named_in_the_comments_of_a_markup(name, text):
    pieces = read(name, text)
    (mark,) = [p for p in pieces if isinstance(p, Mark)]
    assert (mark.network, mark.notation) == ("two-convs", "")
    assert not any("two" in p.text for p in pieces if isinstance(p, Row))


@pytest.mark.parametrize(
    ("text", "network", "notation"),
    [
        ("% symconv: input x 3 |\n%   dense W 2 -> y", "input x 3 | dense W 2 -> y", ""),
        ("% symconv: input x 3 |\nno comment", "input x 3 |", ""),
        ("% symconv: notation flat1", "", "flat1"),
        ("% symconv: notation flat1 two-convs", "two-convs", "flat1"),
    ],
)
def test_a_network_goes_on_behind_a_bar(text, network, notation):
    (mark,) = [p for p in read("a.tex", text) if isinstance(p, Mark)]
    assert (mark.network, mark.notation) == (network, notation)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "```html\n<!-- symconv: two-convs -->\n```"),
        ("a.md", "say <!-- symconv: two-convs --> inside"),
        ("a.tex", "\\begin{verbatim}\n% symconv: two-convs\n\\end{verbatim}"),
        ("a.rst", "::\n\n   .. symconv: two-convs\n"),
        ("a.tex", "100 \\% symconv: two-convs"),
    ],
)
def test_a_mark_that_is_shown_names_nothing(name, text):
    assert not any(isinstance(p, Mark) for p in read(name, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no notebook"), ("[1]", "no list of cells"), ('{"cells": 3}', "no list of cells"),
        ('{"cells": [3]}', "no list of cells"), ("[" * 100_000, "no notebook"),
        ('{"cells": [{"cell_type": "markdown", "source": [3]}]}', "cell 1 has no text"),
        ('{"cells": [1,}', "line 1"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_told(text, said):
    with pytest.raises(SymconvError, match=said):
        read("a.ipynb", text)


def test_a_cell_knows_its_lines_in_the_file():
    text = (BOOK / "part1" / "04-rectifier.ipynb").read_text("utf-8")
    rows = [p for p in read("a.ipynb", text) if isinstance(p, Row) and p.text]
    lines = text.split("\n")
    assert all(
        json.dumps(r.text, ensure_ascii=False)[1:-1] in lines[r.place.file_line - 1] for r in rows
    )
    assert len(load_cells(text)) == 6
