"""HTML: one file, nothing fetched, nothing run, every formula well-formed MathML."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from kept_networks import parse_once

from symconv.network.examples import BY_NAME

HOSTILE = "<script>alert(1)</script><img src=x onerror=y> \"'&"
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Every element with its attributes; open elements must be closed in order."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page):
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    return tags.found


@pytest.fixture(scope="module", params=[n for n in BY_NAME if n != "lenet5"])
def page(request):
    return parse_once(request.param).derivation().html()


def test_nothing_is_fetched_and_nothing_runs(page):
    for tag, attributes in parsed(page):
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "form"}
        assert not {"src", "style"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", page)


def test_every_link_has_a_target(page):
    found = parsed(page)
    places = {attributes["id"] for _, attributes in found if "id" in attributes}
    links = {attributes["href"][1:] for _, attributes in found if "href" in attributes}
    assert links <= places
    assert any(link.startswith("rule-") for link in links)


def test_the_policy_comes_before_all_words_and_knows_the_style(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert page.index("Content-Security-Policy") < page.index("<title>")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy[1].startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy[1]


def test_every_formula_is_well_formed(page):
    formulas = re.findall(r"<math.*?</math>", page, re.DOTALL)
    assert len(formulas) > 10
    arity = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3}
    for formula in formulas:
        for node in ET.fromstring(formula).iter():
            assert len(node) == arity.get(node.tag, len(node)), formula


def test_hostile_words_are_written_and_not_obeyed():
    network = parse_once("two-convs").titled(HOSTILE)
    page = network.derivation().html()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.index("Content-Security-Policy") < page.index("alert(1)")


def test_the_formula_is_that_of_the_text():
    page = parse_once("general-conv").derivation("x").html()
    result = page.split('class="result"')[1].split("</math>")[0]
    words = re.sub(r"<[^>]+>", "", result.split("<math", 1)[1].split(">", 1)[1])
    assert words == "∂C∂xi′,j′=∑m=0k1−1∑n=0k2−1δi′−m,j′−nwm,n"


def test_marks_have_a_cue_beside_colour(page):
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert "border-bottom" in re.search(r"\.old \{[^}]*\}", style)[0]
    assert "font-weight: 700" in re.search(r"\.new \{[^}]*\}", style)[0]
    assert 'class="new"' in page
