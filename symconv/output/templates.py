"""Templates: layout only. Undefined names are errors, and every value is escaped beforehand."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

HERE = Path(__file__).resolve()
FOLDERS = (HERE.parents[1] / "templates", HERE.parents[2] / "templates")
LATEX_SYNTAX = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}


@cache
def template_environment(markup: str) -> jinja2.Environment:
    """The templates of one markup; LaTeX has delimiters that LaTeX does not use."""
    syntax: dict[str, Any] = LATEX_SYNTAX if markup == "latex" else {}
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder / markup for folder in FOLDERS]),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML: each markup has its own escaping
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **syntax,
    )
    made.filters["paragraph"] = paragraph
    made.filters["begun"] = capitalize_first
    made.filters["at_the_right"] = align_right
    return made


def paragraph(text: str, indent: int, width: int, first: str = "") -> str:
    """Words wrapped to a width, every line indented; `first` stands before the first word."""
    margin = " " * indent
    later = margin + " " * len(first)
    return textwrap.fill(text, width, initial_indent=margin + first, subsequent_indent=later)


def capitalize_first(words: str) -> str:
    """Words as the beginning of a sentence; names inside keep their capitals."""
    return words[:1].upper() + words[1:]


def align_right(line: str, words: str, width: int) -> str:
    """A line with words at its right margin."""
    return f"{line}{words:>{width - len(line)}}"


def render_template(markup: str, template: str, **values: object) -> str:
    """A template filled in."""
    return template_environment(markup).get_template(template).render(**values)
