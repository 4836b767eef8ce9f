"""The start: a question, its answer and its picture in the first screen, and the ways on."""

from __future__ import annotations

import html

from symconv.api import Network
from symconv.docs.gallery_cases import CASES
from symconv.network.examples import BY_NAME
from symconv.output.templates import render_template
from symconv.render.document.html import HTML, escape_html
from symconv.render.formula.names import collect_names
from symconv.render.formula.scalars import arrange_scalar, parse_left_side
from symconv.render.formula.tree import DisplayRelation

from .model import DocumentationPage
from .questions import address_gallery

QUESTION = "two-convs"
PICTURE = "two-convs/claim.png"
LEAD = (
    "Write the forward pass of a convolutional network once; get every gradient, derived step by "
    "step, as code, and checked."
)


def write_start(tutorials: list[DocumentationPage]) -> DocumentationPage:
    """The page that is seen first: all of its answer is computed."""
    case = next(c for c in CASES if c.example == QUESTION)
    network = Network.example(QUESTION)
    verdict = network.check(case.asked)
    names = collect_names(network.program, network.backward().items, network.notation)
    sides = (
        parse_left_side(f"dC/d{case.entry}"),
        arrange_scalar(network.gradient(case.entry), names),
    )
    formula = HTML.write(DisplayRelation(sides, ("=",)))
    assert verdict.terms is not None
    body = render_template(
        "site/pages",
        "start.html.j2",
        network=escape_html(BY_NAME[QUESTION].text),
        claim=escape_html(case.asked),
        verdict=escape_html(verdict.verdict),
        cause=escape_html(verdict.causes[0].text),
        terms=verdict.terms,
        spurious=len(verdict.spurious),
        formula=f'<math displaystyle="true">{formula}</math>',
        live=html.escape(address_gallery()[QUESTION]),
        picture=PICTURE,
        tutorials=[(t.path, html.escape(t.title), html.escape(t.lead)) for t in tutorials],
    )
    files = {PICTURE: f"generated/{PICTURE}"}
    words = {"": f"{LEAD} {case.asked}"}
    return DocumentationPage("index.html", "Start", "Start", body, (), words, files, LEAD)
