"""The page in Chromium: what lights up, by mouse, keyboard and touch, in every width and scheme."""

from itertools import pairwise

import pytest
from page_visits import Visit

import symconv
from symconv.page import write_page

SUMS = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
PATHS = {
    "w_1^1": {"i_1", "i_2", "i_4", "i_5", "o_1^1", "o_2^1", "o_3^1", "o_4^1"}
    | {"w_1^2", "w_2^2", "w_3^2", "w_4^2"},
    "i_5": {"w_1^1", "w_2^1", "w_3^1", "w_4^1", "o_1^1", "o_2^1", "o_3^1", "o_4^1"}
    | {"w_1^2", "w_2^2", "w_3^2", "w_4^2"},
    "i_1": {"w_1^1", "o_1^1", "w_1^2"},
}
SCREENS = [(1440, "light"), (1440, "dark"), (360, "light")]

LONG_NAMES = "input image 2x3x3 | conv kernel 2x2 channels 2 -> hidden | sse target -> Cost"
COVERED = """() => {
  const box = (node) => node.getBoundingClientRect(), found = [];
  const all = (host, kinds) => [...host.querySelectorAll(kinds)];
  const meet = (a, b, by) => a.left < b.right - by && b.left < a.right - by
    && a.top < b.bottom - by && b.top < a.bottom - by;
  const names = all(document, ".picture .name");
  const picture = box(document.querySelector(".picture svg"));
  for (const cell of all(document, ".cell")) {
    const own = box(cell.querySelector("rect")), badge = cell.querySelector(".badge circle");
    for (const text of all(cell, ".letter, .number").filter((text) => text.textContent)) {
      const at = box(text), said = cell.dataset.entry;
      if (at.left < own.left || at.right > own.right) found.push(`${said} is too wide`);
      if (badge && meet(box(badge), at, 1)) found.push(`${said} is covered`);
    }
  }
  names.forEach((name, n) => {
    const at = box(name), said = name.textContent;
    const outside = at.left < picture.left || at.right > picture.right || at.top < picture.top;
    const badges = all(document, ".badge circle").map(box);
    if (badges.some((other) => meet(at, other, 1))) found.push(`${said} is covered`);
    if (outside) found.push(`${said} is cut`);
    if (names.slice(n + 1).some((other) => meet(at, box(other), 1))) found.push(`${said}, a name`);
    const cells = all(document, ".cell > rect").map(box);
    if (cells.some((other) => meet(at, other, 2))) found.push(`${said}, a cell`);
  });
  return found;
}"""
STUCK = """() => [...document.querySelectorAll("main *")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto")
  .filter((e) => e.tabIndex < 0 && !e.querySelector('[tabindex="0"]'))
  .map((e) => e.className)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "two_convs.html"
    path.write_text(write_page(symconv.Network.example("two-convs"), SUMS), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def long_names(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "long_names.html"
    path.write_text(write_page(symconv.Network.parse(LONG_NAMES)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "pooled.html"
    network = symconv.Network.parse("input x 5x5 | maxpool 3 stride 2 -> p | half_sse t -> C")
    path.write_text(write_page(network), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_it_says_nothing_asks_for_nothing_and_fits(browser, address, width, scheme):
    visit = Visit(browser, address, width, scheme)
    assert visit.page.locator(".links .spurious").count() == 12
    assert visit.names(".cell.path") == PATHS["w_1^1"]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.page.locator("summary", has_text="the derivation").click()
    visit.page.locator(".derivation section").wait_for()
    assert "chain rule" in visit.page.locator(".derivation").inner_text()
    assert visit.said == []
    assert visit.asked == [address]


@pytest.mark.rest
@pytest.mark.parametrize("width", [360, pytest.param(1440, marks=pytest.mark.long)])
def test_nothing_that_is_read_is_cut_or_covered(browser, long_names, width):
    visit = Visit(browser, long_names, width)
    assert visit.page.evaluate(COVERED) == []
    visit.page.locator("#numbers").check()
    assert visit.page.evaluate(COVERED) == []


@pytest.mark.rest
def test_a_link_that_passes_below_a_name_leaves_it_free(browser, long_names):
    visit = Visit(browser, long_names, 360)
    drawn = "e => { const s = getComputedStyle(e); return s.paintOrder + ' ' + s.strokeWidth; }"
    assert visit.page.locator(".name").first.evaluate(drawn) == "stroke 5px"


def test_a_screen_reader_hears_role_place_layer_and_number(browser, address):
    visit = Visit(browser, address)
    cell = visit.page.get_by_role("button", name="weight w 1 of layer 1", exact=True)
    assert cell.get_attribute("data-entry") == "w_1^1"
    visit.page.locator("#numbers").check()
    assert (
        visit.page.get_by_role("button", name="weight w 1 of layer 1, 1", exact=True).count() == 1
    )
    assert visit.page.get_by_role("textbox", name="the number of w_1^1").count() == 1


@pytest.mark.rest
def test_what_scrolls_is_reached_by_the_keyboard_and_the_page_stays(browser, pooled):
    visit = Visit(browser, pooled, 360)
    for name in ("x_0,0", "C"):
        visit.cell(name).focus()
        visit.page.locator("details").first.evaluate("e => { e.open = true; }")
        visit.page.locator(".derivation").first.wait_for(state="attached")
        assert visit.page.evaluate(STUCK) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.rest
def test_what_is_too_wide_for_a_row_is_whole_from_top_to_bottom(browser, tmp_path):
    network = symconv.Network.parse("input x 6x6 | conv w 2x2 | conv w 2x2 | conv w 2x2 | sse t")
    path = tmp_path / "wide.html"
    path.write_text(write_page(network), encoding="utf-8")
    for width in (800, 1440):
        visit = Visit(browser, path.as_uri(), width)
        cut = visit.page.locator(".picture").evaluate("e => e.scrollWidth > e.clientWidth")
        first, last = visit.cell("x_0,0").bounding_box(), visit.cell("C").bounding_box()
        assert not cut
        assert (last["y"] > first["y"] + 600) == (width == 800)


@pytest.mark.rest
def test_lines_of_a_formula_keep_apart(browser, tmp_path):
    text = "input x 4x4 | conv w 2x2 | sigmoid | maxpool 2 stride 1 | flatten | dense V 2 | sse t"
    path = tmp_path / "lines.html"
    path.write_text(write_page(symconv.Network.parse(text)), encoding="utf-8")
    visit = Visit(browser, path.as_uri(), 768)
    boxes = [t.bounding_box() for t in visit.page.locator(".gradient mfrac").all()]
    rows = sorted({round(b["y"]): b["height"] for b in boxes}.items())
    assert len(rows) > 2
    # Boxes that only touch are read as one: a fraction has no room of its own around it.
    apart = [below - y - height for (y, height), (below, _) in pairwise(rows) if below > y + 9]
    assert min(apart) > 3


def test_given_numbers_stand_in_the_cells_from_the_beginning(browser, tmp_path):
    given = {"x": ["1/3", 2, 3], "w": [1, -1], "t": [0, 0]}
    network = symconv.Network.parse("input x 3 | conv w 2 -> z | sse t -> C")
    path = tmp_path / "given.html"
    path.write_text(write_page(network, values=given), encoding="utf-8")
    visit = Visit(browser, path.as_uri())
    assert visit.page.locator("#numbers").is_checked()
    shown = {n: visit.cell(n).locator(".number").text_content() for n in ("x_0", "w_1", "z_0")}
    assert shown == {"x_0": "1/3", "w_1": "−1", "z_0": "−5/3"}


def test_pointing_tabbing_and_touching_light_up_the_same(browser, address):
    mouse, keys = Visit(browser, address), Visit(browser, address)
    touch = Visit(browser, address, 360, touch=True)
    for name, path in PATHS.items():
        mouse.cell(name).hover()
        keys.cell(name).focus()
        touch.tap(touch.cell(name))
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


@pytest.mark.rest
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


@pytest.mark.rest
@pytest.mark.parametrize("scripts", [False, True])
def test_where_no_script_is_unpacked_the_results_are_there(browser, address, scripts):
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(address)
    page.locator("#network").wait_for()
    assert "dC/dw_1^1 = 2(o_1^2 - y_1)" in page.locator("#network").inner_text()


@pytest.mark.rest
@pytest.mark.parametrize("text", ["input x 3x3 | conv w 2x2 -> z", "input x 4 | dense w 2 | tanh"])
def test_a_network_without_a_cost_has_given_error_signals(browser, tmp_path, text):
    path = tmp_path / "open_end.html"
    path.write_text(write_page(symconv.Network.parse(text)), encoding="utf-8")
    visit = Visit(browser, path.as_uri())
    visit.page.locator("#numbers").check()
    for cell in visit.page.locator("[data-entry]").all():
        cell.focus()
        assert visit.page.locator(".words h2 math").count() == 1
    assert visit.said == []
