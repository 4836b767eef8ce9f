"""Winners, receptive fields and numbers of equations on a page in Chromium."""

import pytest
from page_visits import Visit

import symconv
from symconv.page import write_page

POOLED = "input x 4x4 | maxpool 2 -> p | conv w 2x2 -> z | half_sse t -> C"
NUMBERS = {
    "x": [[1, 2, 5, 5], [0, 1, 5, 3], [-1, -2, 0, 0], [-3, -4, 0, 7]],
    "w": [[1, 1], [1, 1]],
    "t": [[0]],
}


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "pooled.html"
    path.write_text(write_page(symconv.Network.parse(POOLED), values=NUMBERS), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def convs(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "convs.html"
    path.write_text(write_page(symconv.Network.example("two-convs")), encoding="utf-8")
    return path.as_uri()


@pytest.mark.rest
def test_the_first_largest_of_each_window_is_marked_where_there_are_numbers(browser, pooled):
    visit = Visit(browser, pooled)
    assert visit.names(".cell:has(.winner)") == {"x_0,1", "x_0,2", "x_2,0", "x_3,3"}
    name = "input x 0,1, 2, the largest of its window"
    assert visit.page.get_by_role("button", name=name, exact=True).count() == 1
    visit.cell("p_0,1").focus()
    assert "is the largest at these numbers" in visit.page.locator(".words").first.inner_text()
    visit.page.locator("#numbers").uncheck()
    assert visit.page.locator(".winner").count() == 0
    assert "depends on the values" in visit.page.locator(".words").first.inner_text()
    visit.page.get_by_role("button", name="show numbers").click()
    assert visit.page.locator(".winner").count() == 4
    visit.cell("x_0,0").focus()
    visit.page.locator("#value").fill("9")
    visit.page.locator("#value").press("Enter")
    assert visit.names(".cell:has(.winner)") == {"x_0,0", "x_0,2", "x_2,0", "x_3,3"}


@pytest.mark.rest
def test_a_receptive_field_is_outlined_and_said(browser, pooled):
    visit = Visit(browser, pooled)
    visit.cell("p_1,0").hover()
    (outline,) = visit.page.locator(".fields .field").all()
    box, corner = outline.bounding_box(), visit.cell("x_2,0").locator("rect").bounding_box()
    assert abs(box["x"] - corner["x"]) < corner["width"] / 4
    assert abs(box["y"] - corner["y"]) < corner["width"] / 4
    assert abs(box["width"] - 2 * corner["width"]) < corner["width"] / 4
    words = visit.page.locator(".words").first
    assert "receptive field, outlined: 4 of 16 entries of" in words.inner_text()
    visit.cell("z_0,0").hover()
    assert visit.page.locator(".fields .field").count() == 2
    assert words.get_attribute("aria-live") == "polite"
    visit.cell("w_0,0").hover()
    assert visit.page.locator(".fields .field").count() == 0
    assert visit.said == []


def lit(visit):
    """What is lit up, by the element that it stands in."""
    places = {"h3": ".words h3 .lit", "pre": "pre .lit", "row": ".derivation .row.lit"}
    return {place for place, found in places.items() if visit.page.locator(found).count()}


def test_number_formula_code_and_step_light_up_together(browser, convs):
    visit = Visit(browser, convs)
    number = visit.page.get_by_role("button", name="equation 7", exact=True).first
    number.click()
    assert lit(visit) == {"h3", "pre"}
    assert number.get_attribute("aria-pressed") == "true"
    visit.page.locator("summary", has_text="the derivation").click()
    visit.page.locator(".derivation .row.lit").wait_for()
    assert lit(visit) == {"h3", "pre", "row"}
    visit.page.locator("pre [data-equation='7']").click()
    assert lit(visit) == set()
    visit.page.locator("pre [data-equation='7']").press("Enter")
    assert lit(visit) == {"h3", "pre", "row"}
    visit.page.locator(".derivation .row[data-equation='7']").click()
    assert lit(visit) == set()
    visit.page.locator(".derivation .equation", has_text="(1)").click()
    assert visit.page.locator(".derivation .why.lit").inner_text().startswith("definition")
    assert visit.said == []


@pytest.mark.rest
def test_a_print_has_no_buttons(browser, convs):
    visit = Visit(browser, convs)
    visit.page.locator(".explorer summary").click()
    visit.page.locator(".stepper button").first.wait_for()
    visit.page.emulate_media(media="print")
    assert not visit.page.locator(".stepper button").first.is_visible()
    assert visit.page.locator(".stepper .said").first.is_visible()
    assert visit.page.locator(".explored svg").first.is_visible()
