"""The explorer in Chromium: numbers are chosen, and what is read and fed is drawn anew."""

import pytest
from page_visits import Visit

import symconv
from symconv.page import write_page

STRIDED = "input x 6x7 | conv w 3x3 stride 2 padding 1 -> z | maxpool 2 | sse t"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "strided.html"
    path.write_text(write_page(symconv.Network.parse(STRIDED)), encoding="utf-8")
    return path.as_uri()


class Exploration(Visit):
    """A page with its explorer open."""

    def __init__(self, browser, address, *screen, **kinds):
        super().__init__(browser, address, *screen, **kinds)
        self.page.locator(".explorer summary").click()
        self.page.locator(".explored [data-place]").first.wait_for()

    def place(self, name):
        return self.page.locator(f"[data-place='{name}']")

    def marked(self, letter):
        found = self.page.locator(f".explored .path[data-place^='{letter} ']").all()
        return {node.get_attribute("data-place") for node in found}

    def step(self, label):
        self.page.get_by_role("button", name=label, exact=True).click()

    def said(self):
        return self.page.locator(".explored .said").last.inner_text()

    def size(self, letter):
        return self.page.locator(f".explored svg[aria-label^='{letter},']").get_attribute(
            "aria-label"
        )


def test_an_output_marks_what_it_reads_and_what_is_absent(browser, address):
    visit = Exploration(browser, address)
    assert visit.marked("x") == {"x 0,0", "x 0,1", "x 1,0", "x 1,1"}
    assert visit.marked("w") == {"w 1,1", "w 1,2", "w 2,1", "w 2,2"}
    assert visit.page.locator(".absent.aimed").count() == 5
    visit.place("z 1,1").hover()
    assert len(visit.marked("x")) == 9
    assert visit.said == []
    assert visit.asked == [address]


@pytest.mark.rest
def test_an_input_marks_the_outputs_it_feeds_and_says_on_what_terms(browser, address):
    visit = Exploration(browser, address)
    visit.place("x 2,3").click()
    assert visit.marked("z") == {"z 1,1", "z 1,2"}
    assert visit.marked("w") == {"w 1,0", "w 1,2"}
    terms = [node.inner_text() for node in visit.page.locator(".conditions li").all()]
    assert terms == [
        "m = 0 → 3/2, not whole", "m = 1 → 2/2 = 1", "m = 2 → 1/2, not whole",
        "n = 0 → 4/2 = 2", "n = 1 → 3/2, not whole", "n = 2 → 2/2 = 1",
    ]  # fmt: skip
    live = visit.page.locator(".explored [aria-live=polite]").inner_text()
    assert "x 2,3 is read by 2 outputs: z 1,1; 1,2." in live


@pytest.mark.rest
def test_other_numbers_draw_another_grid(browser, address):
    visit = Exploration(browser, address)
    assert visit.size("z") == "z, 3 × 4"
    visit.step("stride s less")
    visit.step("padding p less")
    assert visit.size("z") == "z, 4 × 5"
    assert visit.page.locator(".absent").count() == 0
    for _ in range(5):
        visit.step("dilation d more")
    assert "larger than the padded input" in visit.page.locator(".explored").inner_text()
    visit.page.locator("#explored").select_option(label="max-pooling, p")
    assert visit.page.locator(".explored svg").count() == 2
    assert visit.said == []


@pytest.mark.rest
@pytest.mark.parametrize(
    ("layer", "output", "drawn"),
    [("local w 2x2", "z", 2), ("upsample 2", "u", 2), ("transposed_conv w 2x2 stride 2", "z", 3)],
)
def test_other_layers_are_drawn_by_what_they_read(browser, tmp_path, layer, output, drawn):
    path = tmp_path / "layer.html"
    network = symconv.Network.parse(f"input x 3x3 | {layer} -> z")
    path.write_text(write_page(network), encoding="utf-8")
    visit = Exploration(browser, path.as_uri())
    assert visit.page.locator(".explored svg").count() == drawn
    visit.place(f"{output} 1,1").click()
    assert len(visit.marked("x")) >= 1
    visit.place("x 1,1").click()
    assert len(visit.marked(output)) == 4
    assert visit.said == []


LOWER = "([place, by]) => { document.querySelector(place).style.marginTop = `${by}px`; }"
"""Moves what is drawn, as a line more above it does."""
A_MOVE_THAT_IS_NONE_MS = 300
"""A browser tells of a mouse that rests some 100 ms after what lies below it has moved."""


def test_a_mouse_that_rests_chooses_nothing(browser, address):
    visit = Exploration(browser, address)
    picked = visit.page.locator(".explored .chosen")
    visit.place("z 1,1").hover()
    assert picked.get_attribute("data-place") == "z 1,1"
    visit.page.evaluate(LOWER, [".explored-grids", 34])
    visit.page.wait_for_timeout(A_MOVE_THAT_IS_NONE_MS)
    assert picked.get_attribute("data-place") == "z 1,1"
    visit.place("z 2,1").hover()
    assert picked.get_attribute("data-place") == "z 2,1"
    assert visit.said == []


@pytest.mark.rest
def test_keys_and_fingers_do_what_the_mouse_does(browser, address):
    keys, touch = Exploration(browser, address), Exploration(browser, address, 360, touch=True)
    keys.place("x 0,0").focus()
    for key in ("ArrowDown", "ArrowDown", *["ArrowRight"] * 3):
        keys.page.keyboard.press(key)
    touch.tap(touch.place("x 2,3"))
    for visit in (keys, touch):
        assert visit.marked("z") == {"z 1,1", "z 1,2"}
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sides = "(all) => all.map((e) => Math.min(e.offsetWidth, e.offsetHeight))"
    assert min(touch.page.locator(".stepper button").evaluate_all(sides)) >= 44
