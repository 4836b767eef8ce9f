"""The site breaks no rule of axe-core and fits every width, whatever is asked and opened on it."""

import pytest
from axe_rules import find_axe, list_violations, read_axe
from live_visits import OVERFLOW, WIDTHS, LiveVisit
from paths import ROOT

from symconv.docs.site.browser.questions import OFFERED

pytestmark = pytest.mark.long

SCREENS = tuple((width, scheme) for width in WIDTHS for scheme in ("light", "dark"))
PAGES = ("index.html", "tutorials/forum-question.html", "layers/conv.html")
STRIDED = next(asked for asked in OFFERED if "stride" in asked.title)


def ask_wrong(visit):
    visit.check(OFFERED[2].claim, OFFERED[2].network)
    visit.expect_verdict("Wrong")


def ask_right(visit):
    visit.check("dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1", OFFERED[0].network)
    visit.expect_verdict("Right")


def ask_unread(visit):
    visit.check("dC/dw_1^1 = (i_1 + " + "i_2 + " * 40, OFFERED[0].network)
    visit.expect_verdict("Not read")


def ask_no_network(visit):
    visit.check("", "input i 3x3 | cnv w 2x2" + " | relu" * 40)
    visit.expect_verdict("No answer")


def ask_post(visit):
    post = (ROOT / "tests" / "data" / "posts" / "004.txt").read_text(encoding="utf-8")
    visit.check(post, OFFERED[0].network)
    visit.page.locator(".statement").first.wait_for()


def ask_open_sizes(visit):
    visit.check("", STRIDED.network)
    visit.page.get_by_text("No picture").wait_for()


def ask_max_pooling(visit):
    visit.check("", "input x 2x6x6 | conv w 3x3 channels 3 -> z | maxpool 2 -> p | half_sse t -> C")
    visit.page.locator("[data-entry]").first.wait_for()


def open_details(visit):
    for summary in visit.page.locator("summary:visible").all():
        summary.click()
    if visit.page.locator("#numbers").count():
        visit.page.locator("#numbers").check()


def open_full_derivation(visit):
    visit.page.locator(".levels button", has_text="full").click()
    visit.page.locator('.levels [aria-pressed="true"]', has_text="full").wait_for()


UNREACHED = """() => [...document.querySelectorAll("*")].filter((e) => {
  const { overflowX, overflowY } = getComputedStyle(e), moves = /auto|scroll/;
  return (e.scrollHeight > e.clientHeight && moves.test(overflowY))
    || (e.scrollWidth > e.clientWidth && moves.test(overflowX));
}).filter((e) => e.tabIndex < 0 && ![...e.querySelectorAll("*")].some((x) => x.tabIndex >= 0))
  .map((e) => e.outerHTML.slice(0, 160))"""
"""What scrolls, be it by one pixel, and is not reached by the keyboard."""

STATES = {
    "the first answer": lambda visit: visit.expect_verdict("Wrong"),
    "a wrong claim": ask_wrong,
    "its details": open_details,
    "its full derivation": open_full_derivation,
    "a right claim": ask_right,
    "an unread claim": ask_unread,
    "no network": ask_no_network,
    "a post": ask_post,
    "open sizes": ask_open_sizes,
    "a maximum": ask_max_pooling,
    "details of a maximum": open_details,
}


def look(visit):
    """What is wrong with the page as it is: wider than the screen, or against a rule."""
    visit.page.evaluate("document.fonts.ready.then(() => 0)")
    wide, unreached = visit.page.evaluate(OVERFLOW), visit.page.evaluate(UNREACHED)
    return wide, unreached + (list_violations(visit.page) if find_axe() else [])


def walk(visit):
    found = {}
    for state, act in STATES.items():
        act(visit)
        visit.wait_for_derivation() if state != "no network" else visit.wait_for_answer()
        found[state] = look(visit)
    visit.close()
    return found, visit.said


@pytest.fixture(scope="module", params=SCREENS, ids=lambda screen: f"{screen[0]} {screen[1]}")
def walked(browser, address, request):
    return walk(LiveVisit(browser, f"{address}live.html", *request.param))


def test_the_live_page_fits_the_screen_and_says_nothing(walked):
    found, said = walked
    assert {state: wide for state, (wide, _) in found.items() if wide > 0} == {}
    assert said == []


def test_the_live_page_breaks_no_rule(walked):
    assert {state: broken for state, (_, broken) in walked[0].items() if broken} == {}
    read_axe()


@pytest.mark.parametrize(("width", "scheme"), SCREENS[:: len(SCREENS) - 1])
def test_the_one_file_fits_and_breaks_no_rule(browser, site, width, scheme):
    visit = LiveVisit(browser, (site / "offline.html").as_uri(), width, scheme)
    visit.wait_for_derivation()
    assert look(visit) == (0, [])
    visit.close()
    read_axe()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_the_pages_around_it_break_no_rule(browser, address, path, scheme):
    visit = LiveVisit(browser, address + path, 1440, scheme)
    assert look(visit) == (0, [])
    visit.close()
    read_axe()
