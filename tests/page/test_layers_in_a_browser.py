"""Channels and large networks in Chromium: what is not shown is said, and opened on demand."""

import pytest
from page_visits import Visit

import symconv
from symconv.page import write_page

CHANNELS = "input x 3x4x4 | conv w 3x3 channels 4 -> z | relu | sse t"


@pytest.fixture(scope="module")
def channels(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "channels.html"
    path.write_text(write_page(symconv.Network.parse(CHANNELS)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def lenet(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "lenet.html"
    path.write_text(write_page(symconv.Network.example("lenet5")), encoding="utf-8")
    return path.as_uri()


class Opened(Visit):
    """The page of a large network."""

    def open(self, key):
        self.page.locator(f"[data-tensor='{key}']").click()

    def place(self, name):
        return self.page.locator(f"[data-place='{name}']")

    def count(self, key):
        return self.page.locator(f".opened .path[data-place^='{key} ']").count()

    def heard(self):
        return self.page.locator(".opened [aria-live=polite]").inner_text()

    def fits(self):
        return self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.rest
def test_a_picker_shows_other_channels_and_what_is_hidden_is_said(browser, channels):
    visit = Visit(browser, channels, 360, touch=True)
    group = visit.page.get_by_role("group", name="which channel is shown").first
    assert "channel 0 to 1 of 3" in group.inner_text()
    visit.tap(visit.cell("x_0,1,1"))
    unseen = visit.page.locator(".unseen button")
    assert [node.text_content() for node in unseen.all()] == [
        "w: 12 more in filter, channels 1,0 to 3,0",
        "z: 8 more in channels 2 to 3",
        "a: 8 more in channels 2 to 3",
    ]
    visit.tap(unseen.nth(1), "() => document.querySelector('[data-entry=\"z_2,0,0\"]')")
    places = {f"z_{f},{i},{j}" for f in (2, 3) for i in (0, 1) for j in (0, 1)}
    assert visit.names("[data-entry^='z_'].path") == places
    later = visit.page.get_by_role("button", name="later channel").first
    visit.tap(later, "el => document.querySelector('[data-entry=\"x_2,1,1\"]')")
    assert "channel 1 to 2 of 3" in group.inner_text()
    assert visit.cell("x_2,1,1").count() == 1
    later.focus()
    visit.page.keyboard.press("Enter")
    assert later.get_attribute("aria-disabled") == "true"
    box = later.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    assert visit.said == []


@pytest.mark.rest
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_a_layer_opens_with_its_field_and_its_channels(browser, lenet, width, scheme):
    visit = Opened(browser, lenet, width, scheme)
    visit.open("z^2")
    visit.place("z^2 0,0,5,5").click()
    assert visit.heard() == (
        "value z 0 0 5 5 of layer 2 reads 150 of p^1, 150 of w^2, 1 of b^2. "
        "Its receptive field in x: rows 8 to 21, columns 8 to 21."
    )
    assert visit.count("p^1") == 25
    hidden = visit.page.locator(".opened .unseen button").first
    assert hidden.inner_text() == "125 more in channels 1 to 5"
    hidden.click()
    assert visit.page.get_by_text("channel 1 of 6").count() == 1
    assert visit.page.locator(".opened .field[d^='M']").count() == 2
    assert visit.fits()
    assert visit.said == []
    assert visit.asked == [lenet]


@pytest.mark.rest
def test_an_entry_that_is_read_marks_its_readers_by_the_keys(browser, lenet):
    visit = Opened(browser, lenet)
    visit.open("p^1")
    visit.place("a^1 0,0,6,6").focus()
    visit.page.keyboard.press("ArrowRight")
    assert visit.place("a^1 0,0,6,7").get_attribute("class") == "cell chosen"
    assert visit.place("p^1 0,0,3,3").get_attribute("class") == "cell path path0"
    assert visit.count("p^1") == 1


def test_every_layer_of_a_large_network_opens(browser, lenet):
    visit = Opened(browser, lenet)
    keys = [n.get_attribute("data-tensor") for n in visit.page.locator("[data-tensor]").all()]
    assert len(keys) == 25
    for key in keys:
        visit.open(key)
        assert visit.page.locator(f".opened .chosen[data-place^='{key} ']").count() == 1
        assert len(visit.heard()) > len("value is shown.")
    assert visit.said == []
