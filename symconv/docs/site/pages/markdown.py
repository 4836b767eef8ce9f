"""A Markdown page as HTML: headings with anchors, links between pages, no element of its own.

Formulas do not pass through Markdown: symconv writes them as MathML, and an `Inset` stands in the
text for each of them until the words around it are HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from symconv.core.errors import SymconvError

COMMENT = re.compile(r"^<!--.*?-->\n?", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^(```|~~~)[^\n]*\n.*?^\1[ ]*$", re.MULTILINE | re.DOTALL)
INSET = re.compile("\ue000([0-9]+)\ue001")
PARAGRAPH_OF_INSET = re.compile(f"<p>({INSET.pattern})</p>")
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass
class Insets:
    """HTML that stands for itself: each piece is kept, and a sign of private use stands for it."""

    kept: list[str] = field(default_factory=list)

    def keep(self, markup: str) -> str:
        """The sign that stands for a piece of HTML in a Markdown text."""
        self.kept.append(markup)
        return f"\ue000{len(self.kept) - 1}\ue001"

    def restore(self, markup: str) -> str:
        """The HTML with every piece in its place; a paragraph of one piece is that piece."""
        alone = PARAGRAPH_OF_INSET.sub(r"\1", markup)
        return INSET.sub(lambda found: self.kept[int(found[1])], alone)


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its level from 1, its anchor, its words."""

    level: int
    anchor: str
    words: str


@dataclass(frozen=True)
class ConvertedPage:
    """The body of a page as HTML, its headings, and its plain words by the anchor above them."""

    body: str
    headings: tuple[Heading, ...]
    words: Mapping[str, str]


def convert_markdown(text: str, links: Mapping[str, str], insets: Insets) -> ConvertedPage:
    """A Markdown text as HTML.

    `links` says where the targets of its links and pictures are found on the site. SymconvError
    where a target is unknown, an element of HTML stands in the text, or a formula in dollar signs.
    """
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(_drop_comments(text))
    headings, words = _name_headings(tokens)
    for token in _walk_tokens(tokens):
        _check_token(token)
        _lead_elsewhere(token, links)
        if token.type == "fence":
            # The empty line that ends a doctest is none of its words.
            token.content = token.content.rstrip("\n") + "\n"
    body = parser.renderer.render(tokens, parser.options, {})
    body = body.replace("<table>", '<div class="scroll"><table>').replace(
        "</table>", "</table></div>"
    )
    # A block that is wider than its page is moved with the arrow keys, too.
    body = body.replace("<pre>", '<pre tabindex="0">')
    return ConvertedPage(insets.restore(body), headings, words)


def _drop_comments(text: str) -> str:
    """The text without the comments that stand between its blocks of code."""
    parts, start = [], 0
    for fence in FENCE.finditer(text):
        parts += [COMMENT.sub("", text[start : fence.start()]), fence[0]]
        start = fence.end()
    return "".join([*parts, COMMENT.sub("", text[start:])])


def _name_headings(tokens: list[Token]) -> tuple[tuple[Heading, ...], dict[str, str]]:
    """The headings, each given its anchor as GitHub makes them, and the words below each."""
    found: list[Heading] = []
    below: dict[str, list[str]] = {"": []}
    taken: dict[str, int] = {}
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _plain_words(tokens[number + 1].children or [])
            anchor = slug = make_anchor(words)
            if slug in taken:
                anchor = f"{slug}-{taken[slug]}"
            taken[slug] = taken.get(slug, 0) + 1
            token.attrSet("id", anchor)
            found.append(Heading(int(token.tag[1]), anchor, words))
            below[anchor] = []
        elif token.type == "inline" and tokens[number - 1].type != "heading_open":
            below[found[-1].anchor if found else ""].append(_plain_words(token.children or []))
    return tuple(found), {anchor: " ".join(lines) for anchor, lines in below.items()}


def make_anchor(words: str) -> str:
    """The anchor that GitHub gives a heading."""
    return NOT_IN_ANCHORS.sub("", words.strip().lower()).replace(" ", "-")


def _plain_words(tokens: Iterable[Token]) -> str:
    """The words of one line, without its formulas."""
    parts = [" " if t.type in {"softbreak", "hardbreak"} else t.content for t in tokens]
    return re.sub(r"\s+", " ", INSET.sub("", "".join(parts))).strip()


def _walk_tokens(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from _walk_tokens(token.children or [])


def _check_token(token: Token) -> None:
    """SymconvError where a page holds what its words are not to hold."""
    if token.type in {"html_block", "html_inline"}:
        raise SymconvError(f"an element of HTML stands in a page: {token.content.strip()[:60]}")
    if token.type == "text" and "$" in token.content:
        raise SymconvError(
            f"a formula is typed in dollar signs: {token.content.strip()[:60]}",
            help="let symconv write it: a region `<!-- derivation: EXAMPLE TENSOR -->`",
        )


def _lead_elsewhere(token: Token, links: Mapping[str, str]) -> None:
    """Let a link or a picture lead to where its target is on the site."""
    name = {"link_open": "href", "image": "src"}.get(token.type)
    if name is None:
        return
    target = str(token.attrGet(name))
    path, hash_sign, anchor = unquote(target).partition("#")
    if path and "://" not in path:
        if path not in links:
            raise SymconvError(f"a link leads to '{path}', which the site has not")
        token.attrSet(name, links[path] + hash_sign + anchor)


def find_targets(text: str) -> tuple[str, ...]:
    """What the links and pictures of a Markdown text lead to within the repository, in order."""
    tokens: list[Any] = MarkdownIt("commonmark").enable("table").parse(_drop_comments(text))
    targets = (t.attrGet("href") or t.attrGet("src") for t in _walk_tokens(tokens))
    paths = (unquote(str(target)).partition("#")[0] for target in targets if target)
    return tuple(dict.fromkeys(p for p in paths if p and "://" not in p))


def write_code_block(text: str) -> str:
    """A file or a program as a block of code."""
    return f'<pre tabindex="0"><code>{html.escape(text, quote=False)}</code></pre>'
