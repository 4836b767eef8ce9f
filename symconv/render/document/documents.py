"""Derivation documents: LaTeX, Markdown, HTML and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation, Ending
from symconv.notation.presets import Notation
from symconv.output.templates import render_template
from symconv.structure.operation_counts import EquationCost

from .content import Content, build_page
from .detail import Detail
from .displays import CaseEntries
from .html import HTML, keep_together, security_policy, style_sheet
from .markup_settings import (
    DOCUMENT,
    MARKDOWN,
    NO_BREAK,
    NOTEBOOK,
    TERMINAL,
    TEXT_COLUMNS,
    fit_latex,
    list_packages,
)
from .result_documents import FORMULA_ENDS
from .scalar_displays import ScalarEquation
from .symbol_notes import Sentence

Backward = Sequence[Derivation | Equation]
Structure = Mapping[str, tuple[Sentence, ...]]


def make_content(  # noqa: PLR0913 - the words of a document
    program: Program,
    backward: Backward,
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    unrolled: Sequence[ScalarEquation] = (),
    detail: Detail = "normal",
    structure: Structure | None = None,
    why_sizes: Sequence[Sentence] = (),
    case: CaseEntries | None = None,
    endings: Mapping[str, Ending] | None = None,
    costs: Sequence[EquationCost] = (),
) -> Content:
    """What a document is about, for every markup."""
    return Content(
        program,
        tuple(backward),
        notation,
        title,
        tuple(conventions),
        tuple(unrolled),
        detail,
        structure or {},
        tuple(why_sizes),
        case,
        endings=endings or {},
        costs=tuple(costs),
    )


def derivation_latex(
    *subject: Any, document: bool = True, width: float | None = None, **words: Any
) -> str:
    """A standalone document with its glossary, or a fragment that needs amsmath and nothing else.

    `width` is the room for a line of a fragment in points, at 11 points type or smaller. Other
    arguments as in `make_content`.
    """
    content = replace(make_content(*subject, **words), glossary=document)
    template, scribe = ("document", DOCUMENT) if document else ("fragment", fit_latex(width))
    return render_template(
        "latex",
        f"{template}.tex.j2",
        page=build_page(content, scribe),
        body="body.tex.j2",
        packages=list_packages(content.notation),
    )


def derivation_markdown(*subject: Any, **words: Any) -> str:
    """Markdown with formulas in ```math fences, as GitHub shows them."""
    content = make_content(*subject, **words)
    return render_template(
        "markdown", "derivation.md.j2", page=build_page(content, MARKDOWN), **FORMULA_ENDS["github"]
    )


def derivation_notebook(*subject: Any, **words: Any) -> str:
    """Markdown with formulas between dollar signs, as notebooks show them."""
    content = make_content(*subject, **words)
    return render_template(
        "markdown",
        "derivation.md.j2",
        page=build_page(content, NOTEBOOK),
        **FORMULA_ENDS["dollars"],
    )


def results_latex(*subject: Any) -> str:
    """The results alone, each between dollar signs: for MathJax, and for TeX with amsmath."""
    sections = build_page(make_content(*subject, title=""), NOTEBOOK).sections
    return render_template("latex", "results.tex.j2", results=[s.result for s in sections])


def derivation_html(*subject: Any, fragment: bool = False, **words: Any) -> str:
    """One file that needs nothing else: style inside, formulas as MathML, nothing is fetched.

    A fragment is the `main` element alone, for a page that has the style sheet.
    """
    content = replace(make_content(*subject, **words), glossary=True)
    written = build_page(content, HTML)
    if fragment:
        return keep_together(render_template("html", "derivation.html.j2", page=written))
    return keep_together(
        render_template(
            "html", "page.html.j2", page=written, style=style_sheet(), policy=security_policy()
        )
    )


@dataclass(frozen=True)
class HtmlParts:
    """The elements of a page apart: equations and results by number, and the rules as a list."""

    equations: Mapping[str, str]
    sections: Mapping[str, str]
    rules: str


def derivation_html_parts(*subject: Any, **words: Any) -> HtmlParts:
    """What the page of a derivation is made of, for a page that shows a part at a time."""
    content = replace(make_content(*subject, **words), glossary=True)
    page = build_page(content, HTML)

    def write(template: str, **values: object) -> str:
        return keep_together(render_template("html", template, **values))

    return HtmlParts(
        {str(d.number): write("numbered.html.j2", display=d) for d in page.network if d.number},
        {str(s.result.number): write("section.html.j2", section=s) for s in page.sections},
        write("rules.html.j2", page=page),
    )


def derivation_text(*subject: Any, width: int = TEXT_COLUMNS, **words: Any) -> str:
    """Plain text for lines of so many columns; what has no place to break is longer."""
    page = build_page(make_content(*subject, **words), replace(TERMINAL, room=width))
    written = render_template("text", "derivation.txt.j2", page=page, columns=width)
    return written.replace(NO_BREAK, " ")
