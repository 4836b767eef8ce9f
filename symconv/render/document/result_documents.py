"""The final formulas alone, in every markup: no network, no steps, no words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symconv.core.errors import SymconvError, did_you_mean
from symconv.output.templates import render_template

from .content import Content, build_page
from .html import HTML, keep_together, security_policy, style_sheet
from .markup_settings import MARKDOWN, NO_BREAK, TERMINAL, MarkupSettings
from .page_model import Display

ONLY = ("result",)
"""The parts of a document that can be had alone."""

FORMULA_ENDS = {
    "github": {"opening": "```math", "closing": "```"},
    "dollars": {"opening": "$$", "closing": "$$"},
}
"""What stands around a formula of its own line in Markdown."""


def check_only(only: str) -> str:
    """The part itself; SymconvError where it cannot be had alone."""
    if only and only not in ONLY:
        raise SymconvError(
            f"a document has no part {only[:40]!a} that stands alone",
            help=did_you_mean(only[:40], ONLY),
        )
    return only


def check_math(math: str) -> str:
    """The form of formulas in Markdown; SymconvError where there is none of that name."""
    if math not in FORMULA_ENDS:
        raise SymconvError(
            f"Markdown has no formulas {math[:40]!a}", help=did_you_mean(math[:40], FORMULA_ENDS)
        )
    return math


def results_text(content: Content, width: int) -> str:
    """Each result on a line of its own; a longer one goes on below, indented."""
    results = _collect_results(content, replace(TERMINAL, room=width))
    written = render_template("text", "results.txt.j2", results=results)
    return written.replace(NO_BREAK, " ")


def results_markdown(content: Content, math: str) -> str:
    """Each result as a formula of its own line."""
    ends = FORMULA_ENDS[math]
    results = _collect_results(content, MARKDOWN)
    return render_template("markdown", "results.md.j2", results=results, **ends)


def results_html(content: Content, *, fragment: bool = False) -> str:
    """The results as one file that needs nothing else, or as its `main` element alone."""
    values: dict[str, Any] = {"page": build_page(content, HTML)}
    if fragment:
        return keep_together(render_template("html", "results.html.j2", **values))
    values |= {"style": style_sheet(), "policy": security_policy()}
    return keep_together(render_template("html", "results_page.html.j2", **values))


def _collect_results(content: Content, scribe: MarkupSettings) -> list[Display]:
    return [section.result for section in build_page(content, scribe).sections]
