"""Pages with derivations: layers, example networks, the gallery; formulas as MathML of symconv."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from symconv.api import Network
from symconv.docs.gallery import GalleryMarkup, gallery_page
from symconv.docs.layer_pages import layer_page
from symconv.network.examples import BY_NAME
from symconv.render.document.html import HTML, inline_math
from symconv.render.formula.escape import escape_markdown

from .markdown import Insets
from .questions import address_gallery, address_question

HEAD = re.compile(
    r"<header>\s*<h1>.*?</h1>\s*<p class=\"quiet\">.*?</p>\s*(.*?)\s*</header>", re.DOTALL
)
FORMULA_LINK = re.compile(r'<a href="(#result-[^"]*)">(<span class="kept"><math>.*?)</a>')


def write_derivation(network: Network) -> str:
    """The derivation of a network as HTML without `main` and title; its list of results first."""
    found = network.derivation().html(fragment=True)
    inside = found[found.index("<main>") + len("<main>") : found.rindex("</main>")]
    headed = HEAD.sub(r"\1", inside, count=1).replace("<nav ", '<nav class="toc" ', 1)
    return FORMULA_LINK.sub(_name_link, headed)


def _name_link(found: re.Match[str]) -> str:
    """A link that is a formula alone gets a name: a screen reader may not read the formula."""
    words = re.sub(r"<[^>]*>", "", found[2])
    return f'<a href="{found[1]}" aria-label="result for {words}">{found[2]}</a>'


def write_layer(keyword: str, insets: Insets) -> str:
    """The page of a layer as Markdown with its derivation in place."""
    return layer_page(keyword, lambda network: insets.keep(write_derivation(network)))


def write_network(name: str, insets: Insets) -> str:
    """The page of an example network as Markdown."""
    example = BY_NAME[name]
    stem = name.replace("-", "_")
    live = address_question(example.text, notation=example.notation)
    files = (
        f"Generated from it: the [module in NumPy]({stem}.py), its [tests](test_{stem}.py), and "
        f"the derivation as [LaTeX]({stem}.tex). [Ask about it live]({live})."
    )
    return "\n\n".join(
        (
            f"# {name}",
            example.question,
            f"```text\n{example.text}\n```",
            files,
            insets.keep(write_derivation(Network.example(name))),
        )
    )


def write_gallery(insets: Insets) -> str:
    """The gallery as Markdown, each formula an inset, each question with its live address."""
    settings = replace(
        HTML,
        words=escape_markdown,
        inline=lambda formula: insets.keep(inline_math(formula)),
    )
    markup = GalleryMarkup(
        settings,
        lambda formula: insets.keep(
            f'<div class="scroll" tabindex="0"><math displaystyle="true">{formula}</math></div>'
        ),
    )
    return gallery_page(at=markup, questions=address_gallery())


def write_step_section(example: str, tensor: str, whole: str) -> str:
    """The derivation of one gradient of an example, as a section of a page.

    Its equations and rules stand on the page of the `whole` derivation, to which its links lead.
    """
    parts = Network.example(example).derivation(tensor).html_parts()
    found = parts.sections[max(parts.sections, key=int)]
    return found.replace('href="#', f'href="{html.escape(whole)}#')
