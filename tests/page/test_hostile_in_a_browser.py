"""Hostile claims on a page that is opened: no element, no alert, no request but for the page."""

import attacks
import pytest
from live_visits import FOREIGN
from page_visits import Visit

import symconv
from symconv.core.errors import SymconvError
from symconv.page import write_page
from symconv.trace.input_values import parse_values

pytestmark = pytest.mark.long

MARKUP = ('"><img src=x onerror=alert(1)>', "</script><script>alert(1)</script>", "<!--")
CLAIMS = (
    *attacks.STATEMENTS,
    *(f"dC/dw_1^2 = {text}" for text in (*attacks.TEXTS.values(), *MARKUP)),
)


def write_or_refuse(*words):
    """The page, or nothing where it is refused in words of our own."""
    try:
        return write_page(*words)
    except SymconvError:
        return ""


def expect_clean(browser, path, page):
    path.write_text(page, encoding="utf-8")
    visit = Visit(browser, path.as_uri())
    visit.page.on("dialog", lambda dialog: (visit.said.append("a dialog"), dialog.dismiss()))
    visit.page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert visit.page.evaluate(FOREIGN) == []
    assert visit.said == []
    assert visit.asked == [path.as_uri()]
    visit.page.context.close()


@pytest.mark.parametrize("number", range(len(CLAIMS)))
def test_a_claim_is_text(browser, tmp_path, number):
    page = write_or_refuse(symconv.Network.example("two-convs"), CLAIMS[number])
    if page:
        expect_clean(browser, tmp_path / "page.html", page)


@pytest.mark.parametrize("name", attacks.value_files())
def test_values_are_numbers_or_refused(browser, tmp_path, name):
    content = attacks.value_files()[name]
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        values = parse_values(text, name, toml=name.endswith(".toml"))
    except SymconvError:
        return
    page = write_or_refuse(symconv.Network.example("relu-filter"), None, values)
    if page:
        expect_clean(browser, tmp_path / "page.html", page)


@pytest.mark.parametrize("text", attacks.TEXTS)
def test_a_name_is_a_name_or_refused(browser, tmp_path, text):
    for where in attacks.NETWORKS:
        try:
            network = symconv.Network.parse(where.format(attacks.TEXTS[text]))
        except SymconvError:
            continue
        if page := write_or_refuse(network):
            expect_clean(browser, tmp_path / "page.html", page)
