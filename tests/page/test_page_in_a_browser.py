"""The page in Chromium: what lights up, by mouse, keyboard and touch, in every width and scheme."""

import os
import shutil

import pytest

import symconv
from symconv.page import write_page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")

SUMS = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
PATHS = {
    "w_1^1": {"i_1", "i_2", "i_4", "i_5", "o_1^1", "o_2^1", "o_3^1", "o_4^1"}
    | {"w_1^2", "w_2^2", "w_3^2", "w_4^2"},
    "i_5": {"w_1^1", "w_2^1", "w_3^1", "w_4^1", "o_1^1", "o_2^1", "o_3^1", "o_4^1"}
    | {"w_1^2", "w_2^2", "w_3^2", "w_4^2"},
    "i_1": {"w_1^1", "o_1^1", "w_1^2"},
}
SCREENS = [(1440, "light"), (1440, "dark"), (360, "light")]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "two_convs.html"
    path.write_text(write_page(symconv.Network.example("two-convs"), SUMS), encoding="utf-8")
    return path.as_uri()


class Visit:
    """A page that is open; `said` is what it said, `asked` what it asked for."""

    def __init__(self, browser, address, width=1440, scheme="light", *, touch=False):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=touch
        )
        self.page, self.said, self.asked = context.new_page(), [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.locator("[data-entry]").first.wait_for()

    def cell(self, name):
        return self.page.locator(f"[data-entry='{name}']")

    def names(self, selector):
        return {x.get_attribute("data-entry") for x in self.page.locator(selector).all()}


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_it_says_nothing_asks_for_nothing_and_fits(browser, address, width, scheme):
    visit = Visit(browser, address, width, scheme)
    assert visit.page.locator(".links .spurious").count() == 12
    assert visit.names(".cell.path") == PATHS["w_1^1"]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.page.locator("summary").click()
    visit.page.locator(".derivation section").wait_for()
    assert "chain rule" in visit.page.locator(".derivation").inner_text()
    assert visit.said == []
    assert visit.asked == [address]


def test_pointing_tabbing_and_touching_light_up_the_same(browser, address):
    mouse, keys = Visit(browser, address), Visit(browser, address)
    touch = Visit(browser, address, 360, touch=True)
    for name, path in PATHS.items():
        mouse.cell(name).hover()
        keys.cell(name).focus()
        touch.cell(name).tap()
        for visit in (mouse, keys, touch):
            assert visit.names(".cell.path") == path
            assert visit.names(".cell.chosen") == {name}
    assert keys.page.locator(".links .spurious").count() == 0


def test_the_lines_are_explained_and_the_products_listed(browser, address):
    visit = Visit(browser, address)
    legend = visit.page.locator(".legend").inner_text()
    assert "a product of the true gradient" in legend
    assert "no output makes it" in legend
    assert "lacks" not in legend
    claim = visit.page.locator(".claim").inner_text()
    assert "12 too many, 0 missing" in claim
    assert "too many: i_1 w_2^2, i_1 w_3^2" in claim


def test_arrows_go_from_cell_to_cell_and_over_the_border(browser, address):
    visit = Visit(browser, address)
    visit.cell("i_5").focus()
    for key, name in (("ArrowRight", "i_6"), ("ArrowRight", "o_1^1"), ("ArrowDown", "o_3^1")):
        visit.page.keyboard.press(key)
        assert visit.names(".cell.chosen") == {name}


def test_each_path_has_one_colour_and_number_in_picture_and_formula(browser, address):
    visit = Visit(browser, address)
    for n, term in enumerate(visit.page.locator(".gradient .term").all()):
        assert term.locator(".badge").inner_text() == str(n + 1)
        assert f"path{n}" in term.get_attribute("class")
        cells = visit.page.locator(f".cell.path{n}").all()
        assert {c.locator(".badge text").text_content() for c in cells} == {str(n + 1)}
        assert len(cells) == 3


def test_a_number_that_is_typed_runs_both_passes_again(browser, address):
    visit = Visit(browser, address)
    visit.page.locator("#numbers").check()
    before = visit.page.locator(".values").inner_text()
    visit.page.locator("#value").fill("1/3")
    visit.page.locator("#value").press("Enter")
    assert visit.cell("w_1^1").locator(".number").text_content() == "1/3"
    assert visit.page.locator(".values").inner_text() != before
    visit.page.locator("#value").fill("one third")
    visit.page.locator("#value").press("Enter")
    assert visit.page.locator("#value").get_attribute("aria-invalid") == "true"


def test_without_scripts_the_results_are_there(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert "dC/dw_1^1 = 2(o_1^2 - y_1)" in page.locator("#network").inner_text()
