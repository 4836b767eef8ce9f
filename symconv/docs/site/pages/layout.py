"""A page in its frame: the bar, the list of all pages, the text."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from symconv.output.templates import render_template

from .model import DocumentationPage, relative_link

FOLDED = frozenset({"Layers", "Derivations", "Sources"})
"""Groups with a page for each of many things: they open where one of their pages is read."""

MOST_LISTED = 24
"""A page with more headings than this has no list of them: it would fill the first screen."""


@dataclass(frozen=True)
class SharedFiles:
    """The names of the files that every page uses, from the top of the site."""

    style: str
    script: str
    index: str
    icon: str
    reach: str


@dataclass(frozen=True)
class NavigationLink:
    """A link of the list of pages."""

    to: str
    title: str
    here: bool


@dataclass(frozen=True)
class NavigationGroup:
    """A group of the list of pages; one that is folded opens by its name."""

    name: str
    links: tuple[NavigationLink, ...]
    folded: bool
    opened: bool


def lay_out_page(
    page: DocumentationPage, pages: Sequence[DocumentationPage], shared: SharedFiles
) -> bytes:
    """The page as a whole file in UTF-8, with links to all others."""
    top = "../" * page.path.count("/")
    title = "symconv" if page.path == "index.html" else f"{page.title} · symconv"
    written = render_template(
        "site/pages",
        "page.html.j2",
        heading=html.escape(title),
        lead=html.escape(page.lead, quote=True),
        top=top,
        style=shared.style,
        script=shared.script,
        reach=shared.reach,
        icon=shared.icon,
        bar=write_bar(shared, top, "#pages"),
        kind=page.group.lower().replace(" ", "-"),
        groups=_group_pages(page, pages),
        body=_list_headings(page),
    )
    return written.encode()


def write_bar(shared: SharedFiles, top: str, pages: str, *, live: bool = False) -> str:
    """The bar above a page: `top` leads to the top of the site, `pages` to the list of pages."""
    return render_template(
        "site/pages", "bar.html.j2", top=top, pages=pages, live=live, index=shared.index
    ).rstrip()


def _group_pages(
    page: DocumentationPage, pages: Sequence[DocumentationPage]
) -> tuple[NavigationGroup, ...]:
    """The list of pages as it is seen from one of them; sources are found by links alone."""
    names = tuple(dict.fromkeys(p.group for p in pages if p.group != "Sources"))
    return tuple(
        NavigationGroup(
            name,
            tuple(
                NavigationLink(relative_link(page.path, p.path), html.escape(p.title), p is page)
                for p in pages
                if p.group == name
            ),
            name in FOLDED,
            page.group == name,
        )
        for name in names
    )


def _list_headings(page: DocumentationPage) -> str:
    """The body with a list of its sections below the first heading, where it has several."""
    parts = [h for h in page.headings if h.level == 2]
    start, end, rest = page.body.partition("</h1>")
    if not 2 < len(parts) <= MOST_LISTED or not end:
        return page.body
    items = "".join(f'<li><a href="#{h.anchor}">{html.escape(h.words)}</a></li>' for h in parts)
    return f'{start}{end}\n<nav class="toc" aria-label="On this page"><ul>{items}</ul></nav>{rest}'


def name_by_content(path: str, content: bytes) -> str:
    """The path with a part of the content's SHA-256 in the name: what changes gets a new name."""
    from hashlib import sha256

    stem, ending = posixpath.splitext(path)
    return f"{stem}-{sha256(content).hexdigest()[:DIGITS]}{ending}"


DIGITS = 12
"""Digits of a hash in a name: 48 bits tell the files of one site apart."""
