"""Derivation documents: LaTeX, Markdown, HTML and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation
from symconv.notation.presets import Notation
from symconv.output.templates import rendered

from .content import Content, page
from .detail import Detail
from .html import HTML, kept_together, security_policy, style
from .markup_settings import DOCUMENT, MARKDOWN, NO_BREAK, NOTEBOOK, TERMINAL, fitting
from .scalar_displays import Unrolled
from .small_case import SmallCase
from .symbol_notes import Sentence

Backward = Sequence[Derivation | Equation]
GITHUB = {"opening": "```math", "closing": "```"}
DOLLARS = {"opening": "$$", "closing": "$$"}
"""What stands around a formula of its own line."""
Structure = Mapping[str, tuple[Sentence, ...]]


def content_of(  # noqa: PLR0913 - the words of a document
    program: Program,
    backward: Backward,
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    unrolled: Sequence[Unrolled] = (),
    detail: Detail = "normal",
    structure: Structure | None = None,
    why_sizes: Sequence[Sentence] = (),
    case: SmallCase | None = None,
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
    )


def derivation_latex(
    *subject: Any, document: bool = True, width: float | None = None, **words: Any
) -> str:
    """A standalone document with its glossary, or a fragment that needs amsmath and nothing else.

    `width` is the room for a line of a fragment in points, at 11 points type or smaller. Other
    arguments as in `content_of`.
    """
    content = replace(content_of(*subject, **words), glossary=document)
    template, scribe = ("document", DOCUMENT) if document else ("fragment", fitting(width))
    return rendered("latex", f"{template}.tex.j2", page=page(content, scribe), body="body.tex.j2")


def derivation_markdown(*subject: Any, **words: Any) -> str:
    """Markdown with formulas in ```math fences, as GitHub shows them."""
    content = content_of(*subject, **words)
    return rendered("markdown", "derivation.md.j2", page=page(content, MARKDOWN), **GITHUB)


def derivation_notebook(*subject: Any, **words: Any) -> str:
    """Markdown with formulas between dollar signs, as notebooks show them."""
    content = content_of(*subject, **words)
    return rendered("markdown", "derivation.md.j2", page=page(content, NOTEBOOK), **DOLLARS)


def results_latex(*subject: Any) -> str:
    """The results alone, each between dollar signs: for MathJax, and for TeX with amsmath."""
    sections = page(content_of(*subject, title=""), NOTEBOOK).sections
    return rendered("latex", "results.tex.j2", results=[s.result for s in sections])


def derivation_html(*subject: Any, **words: Any) -> str:
    """One file that needs nothing else: style inside, formulas as MathML, nothing is fetched."""
    content = replace(content_of(*subject, **words), glossary=True)
    written = page(content, HTML)
    return kept_together(
        rendered("html", "page.html.j2", page=written, style=style(), policy=security_policy())
    )


def derivation_text(*subject: Any, **words: Any) -> str:
    """Plain text for a terminal of 100 columns."""
    content = content_of(*subject, **words)
    written = rendered("text", "derivation.txt.j2", page=page(content, TERMINAL))
    return written.replace(NO_BREAK, " ")
