"""The pages of the site: what Markdown becomes, links that lead somewhere, formulas as MathML."""

import posixpath
import re
from functools import cache, partial
from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest
from paths import ROOT

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.docs.gallery_cases import CASES
from symconv.docs.site.font import math_font
from symconv.network.examples import BY_NAME

pytest.importorskip("markdown_it", reason="markdown-it-py is not installed: no page is written")

from symconv.docs.site.pages.collect import (
    SOURCES,
    collect_pages,
    convert_source,
    list_sources,
    show_file,
)
from symconv.docs.site.pages.derivations import write_layer
from symconv.docs.site.pages.layout import SharedFiles, lay_out_page, name_by_content
from symconv.docs.site.pages.markdown import Insets, convert_markdown, find_targets, make_anchor
from symconv.docs.site.pages.model import site_path
from symconv.docs.site.pages.questions import LIVE_PAGE, address_gallery, address_question
from symconv.docs.site.pages.search_index import write_search_index
from symconv.docs.site.pages.start import write_start
from symconv.docs.site.pages.write import list_pages, write_documentation

VOID = {"meta", "link", "img", "br", "hr", "input", "mspace"}


class Reader(HTMLParser):
    """What a page has: its elements in order, anchors, links, words, and elements left open."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.anchors, self.links, self.words, self.open = [], [], [], [], []
        self.wrong = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.elements.append((tag, found))
        self.anchors += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src") if name in found]
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not {"code", "pre", "script", "style"} & set(self.open):
            self.words.append(data)


@cache
def pages():
    """Every page that takes little time: those of Markdown files, the start, one layer."""
    listed = dict.fromkeys(SOURCES)
    made = [convert_source(s, write) for s, write in list_sources() if s in listed]
    layer = next(s for s, _ in list_sources() if s.path.endswith("/relu.md"))
    made.append(convert_source(layer, partial(write_layer, "relu")))
    return [write_start([p for p in made if p.group == "Tutorials"]), *made]


@cache
def html_of(path):
    page = next(p for p in pages() if p.path == path)
    return lay_out_page(
        page, pages(), SharedFiles("d.css", "s.js", "i.js", "i.svg", "r.js")
    ).decode()


PATHS = [site_path(s.path) for s in SOURCES] + ["index.html", "layers/relu.html"]


@pytest.mark.rest
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_well_formed_and_has_one_heading_of_the_first_level(path):
    read = Reader(html_of(path))
    assert (read.open, read.wrong) == ([], [])
    assert [tag for tag, _ in read.elements].count("h1") == 1
    assert sorted(set(read.anchors)) == sorted(read.anchors)


@pytest.mark.rest
@pytest.mark.parametrize("path", PATHS)
def test_no_formula_is_left_as_latex(path):
    words = "".join(Reader(html_of(path)).words)
    assert "$" not in words
    # The table of claims repeats what people typed.
    assert path == "claims.html" or not re.search(r"\\(frac|sum|partial|delta)", words)


@pytest.mark.rest
@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_for_nothing_elsewhere(path):
    read = Reader(html_of(path))
    loaded = [
        a.get("src") or a.get("href") for t, a in read.elements if t in {"script", "img", "link"}
    ]
    assert [x for x in loaded if ":" in x or x.startswith("/")] == []
    assert [t for t, a in read.elements if "style" in a or any(n.startswith("on") for n in a)] == []
    assert "default-src 'none'" in html_of(path)


@pytest.mark.rest
@pytest.mark.parametrize("path", PATHS)
def test_links_within_a_page_lead_to_anchors(path):
    read = Reader(html_of(path))
    assert [x for x in read.links if x.startswith("#") and x[1:] not in read.anchors] == []


def check_links(files):
    """Every link of every page leads to a file of the site, and to an anchor there."""
    read = {path: Reader(text.decode()) for path, text in files.items() if path.endswith(".html")}
    dead = []
    for path, page in read.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            if "://" in target:
                continue
            there = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                if target
                else path
            )
            if there == LIVE_PAGE:
                continue
            if there not in files or (anchor and anchor not in read[there].anchors):
                dead.append((path, link))
    return dead


@pytest.mark.rest
def test_the_whole_site_has_no_dead_link_and_comes_out_the_same_twice():
    files = write_documentation()
    assert check_links(files) == []
    list_pages.cache_clear()
    assert write_documentation() == files
    with pytest.raises(TypeError):
        files["x"] = b""
    read = {path: Reader(text.decode()) for path, text in files.items() if path.endswith(".html")}
    assert {p: (r.open, r.wrong) for p, r in read.items() if r.open or r.wrong} == {}
    assert [p for p, r in read.items() if "$" in "".join(r.words)] == []
    assert missing_characters("".join(t.decode() for p, t in files.items() if p in read)) == set()


def test_a_dead_link_is_found():
    page = b'<a href="#there" id="here">x</a><a href="b.html#no">y</a><a href="c.html">z</a>'
    files = {"a/a.html": page, "a/b.html": b"<p id='yes'>x</p>"}
    assert check_links(files) == [
        ("a/a.html", "#there"), ("a/a.html", "b.html#no"), ("a/a.html", "c.html")
    ]  # fmt: skip


def missing_characters(html):
    """The characters of formulas that the font has not."""
    formulas = "".join(re.findall(r"<math.*?</math>", html, re.DOTALL))
    text = re.sub(r"<[^>]*>|&[a-z#0-9]+;|\s", "", formulas)
    return {c for c in text if ord(c) not in math_font.list_characters()}


def test_the_font_has_every_character_of_the_formulas():
    assert missing_characters("".join(map(html_of, PATHS))) == set()
    assert missing_characters("<math><mi>ж</mi></math>ж") == {"ж"}
    font_tools = pytest.importorskip("fontTools.ttLib", reason="fontTools is not installed")
    pytest.importorskip("brotli", reason="brotli is not installed: WOFF2 is not read")
    with (math_font.FOLDER / "math.woff2").open("rb") as file:
        font = font_tools.TTFont(file)
    assert "MATH" in font
    assert set(font.getBestCmap()) >= math_font.list_characters()
    assert "OPEN FONT LICENSE" in math_font.font_licence()
    assert len(math_font.math_font()) < 60_000


def test_another_font_is_not_cut():
    with pytest.raises(SymconvError, match="not that of @fontsource/stix-two-math"):
        math_font.cut_font(b"another")


def test_anchors_are_those_of_github():
    assert make_anchor("How to add a layer") == "how-to-add-a-layer"
    assert make_anchor("`symconv.train` does it: (x, t)") == "symconvtrain-does-it-x-t"
    page = convert_markdown("# A\n\n## B\n\n## B\n", {}, Insets())
    assert [h.anchor for h in page.headings] == ["a", "b", "b-1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A formula: $x^2$.", "typed in dollar signs"),
        ("Words <b>of mine</b>.", "an element of HTML"),
        ("<script>alert(1)</script>", "an element of HTML"),
        ("[there](no/such.md)", "leads to 'no/such.md'"),
    ],
)
def test_what_a_page_cannot_hold_is_refused(text, message):
    with pytest.raises(SymconvError, match=message):
        convert_markdown(text, {}, Insets())


def test_text_is_text_and_an_inset_stays_what_it_is():
    insets = Insets()
    sign = insets.keep("<math><mi>w</mi></math>")
    body = convert_markdown(f"# T\n\na < b & `<i>` {sign}\n\n```\n<x> $\n```\n", {}, insets).body
    assert "<p>a &lt; b &amp; <code>&lt;i&gt;</code> <math><mi>w</mi></math></p>" in body
    assert "&lt;x&gt; $" in body
    ended = convert_markdown("```python\n>>> 1\n1\n\n```\n", {}, insets).body
    assert ended.endswith("1\n1\n</code></pre>\n")
    assert (
        convert_markdown(insets.keep("<section>s</section>"), {}, insets).body
        == "<section>s</section>\n"
    )


def test_links_go_to_the_pages_of_the_site():
    text = "[a](layers/README.md#x) ![p](two-convs/claim.png) [b](https://example.org/)"
    assert find_targets(text) == ("layers/README.md", "two-convs/claim.png")
    links = {"layers/README.md": "layers/index.html", "two-convs/claim.png": "p.png"}
    body = convert_markdown(text, links, Insets()).body
    assert 'href="layers/index.html#x"' in body
    assert 'src="p.png"' in body
    assert site_path("generated/layers/README.md") == "layers/index.html"
    assert site_path("symconv/network/grammar.ebnf") == "source/symconv/network/grammar.ebnf.html"


def test_a_question_is_an_address_that_reads_back():
    claim = "dC/dw_1^1 = a + b & c # d"
    address = address_question("input x 3 | relu", claim, "flat1", {"x": ["1", "2"]})
    page, _, fragment = address.partition("#")
    assert page == LIVE_PAGE
    assert parse_qs(fragment) == {
        "network": ["input x 3 | relu"],
        "notation": ["flat1"],
        "claim": [claim],
        "values": ['{"x":["1","2"]}'],
    }
    assert address_question("input x 3") == f"{LIVE_PAGE}#network=input%20x%203"


def test_every_question_of_the_gallery_has_an_address_and_an_answer():
    assert set(address_gallery()) == {case.example for case in CASES}
    for case in CASES:
        network = Network.example(case.example)
        values = {**case.values, **case.known} or None
        assert network.check(case.asked, values).verdict == "wrong", case.example
        assert BY_NAME[case.example].notation in address_gallery()[case.example]


def test_the_search_finds_sections_and_holds_no_element():
    text = write_search_index(pages()).decode()
    assert '["layers/index.html#how-to-add-a-layer","All layers","How to add a layer"' in text
    assert text.startswith("window.symconvSearch([[")
    assert all(p.path in text for p in pages())


def test_a_folder_shows_its_files():
    page = show_file("source/symconv/schemas.html", "symconv/schemas")
    names = [f.name for f in (ROOT / "symconv/schemas").iterdir() if f.is_file()]
    assert sorted(re.findall("<h2>(.*?)</h2>", page.body)) == sorted(names)
    assert "<" not in re.sub(r"</?(h1|h2|pre|code)[^>]*>", "", page.body)


def test_a_name_changes_with_the_content():
    names = {name_by_content("a/b.css", content) for content in (b"1", b"2", b"1")}
    assert len(names) == 2
    assert all(re.fullmatch(r"a/b-[0-9a-f]{12}\.css", name) for name in names)


def test_every_page_of_the_repository_is_on_the_site():
    listed = {s.path for s, _ in list_sources()}
    kept = {str(p.relative_to(ROOT)) for p in (ROOT / "generated").rglob("*.md")}
    assert kept == listed
    assert len({site_path(path) for path in listed}) == len(listed)
    assert callable(collect_pages)
