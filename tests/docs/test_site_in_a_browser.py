"""The live page and `offline.html` in Chromium, as they are built: asked, shown and refused."""

import gzip
import json
import struct
from importlib.metadata import version
from urllib.parse import urlencode

import pytest
from live_visits import ASK_ALL, FOREIGN, MILLISECONDS, LiveVisit, start_server
from paths import ROOT

from symconv.docs.site.browser import answers
from symconv.docs.site.browser.questions import OFFERED
from symconv.docs.site.pinned import list_pinned

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.long

NETWORK, NOTATION = OFFERED[0].network, OFFERED[0].notation
RIGHT = "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"
UNREAD = "dC/dw_1^1 = (i_1 +"


@pytest.fixture(scope="module")
def visit(browser, address):
    opened = LiveVisit(browser, f"{address}live.html")
    yield opened
    opened.close()


def fragment(**words):
    return f"live.html#{urlencode(words)}"


def test_the_first_answer_needs_no_python(browser, address):
    visit = LiveVisit(browser, "about:blank")
    visit.page.route("**/live/worker-*", lambda route: route.abort())
    visit.page.goto(f"{address}live.html")
    visit.expect_verdict("Wrong")
    assert visit.page.locator(".links .spurious").count() == 12
    assert visit.page.locator("#derivation section").count() > 5
    visit.close()


def test_right_wrong_and_unread_are_told_with_their_reasons(visit):
    visit.check(RIGHT)
    visit.expect_verdict("Right")
    visit.check("dC/dw_1^2 = -2(o_1^2 - y_1) o_1^1")
    visit.expect_verdict("Wrong")
    assert "why" in visit.page.locator("#verdict dt").all_text_contents()
    visit.check(UNREAD)
    visit.expect_verdict("Not read")
    assert "^" in visit.page.locator("#verdict pre.caret").first.text_content()
    visit.check("", "input i 3x3 | cnv w 2x2")
    visit.expect_verdict("No answer")
    assert "conv" in visit.page.locator("#verdict pre.caret").text_content()
    visit.check(OFFERED[0].claim, NETWORK)
    visit.expect_verdict("Wrong")
    assert visit.page.locator(".links .spurious").count() == 12
    assert visit.said == []


def test_rooms_that_no_question_enters_are_not_shipped(site):
    """Of the schemas their numbers are, which every answer carries."""
    (packed,) = (site / "live").glob("packages-*.bin")
    content = gzip.decompress(packed.read_bytes())
    (length,) = struct.unpack("<I", content[:4])
    shipped = {"/".join(name.split("/")[:2]) for name in json.loads(content[4 : 4 + length])}
    unused = {"assistants", "cli", "documents", "editors", "exercises", "explanations"}
    unused |= {"importers", "marking", "training"}
    assert shipped & {f"symconv/{room}" for room in unused} == set()
    assert all((ROOT / "symconv" / room).is_dir() for room in unused)


def test_a_mistake_leads_to_its_step_and_leaves_the_address_alone(visit):
    visit.check(OFFERED[0].claim, NETWORK)
    visit.expect_verdict("Wrong")
    visit.wait_for_derivation()
    before = visit.page.url
    visit.page.get_by_role("button", name="exchange of sums").click()
    found = visit.page.locator("#derivation .sought")
    # That step is told at the last level alone.
    playwright.expect(found).to_contain_text("exchange of sums", timeout=MILLISECONDS)
    assert found.get_attribute("class") == "why sought"
    playwright.expect(found).to_be_in_viewport()
    visit.page.locator('#derivation nav a[href="#rules"]').click()
    assert visit.page.url == before


def test_the_address_is_the_question(browser, address):
    network = "input x 4 | dense W 2 -> h | sse t -> C"
    words = {"network": network, "claim": "dC/dh_0 = 3(h_0 - t_0)"}
    visit = LiveVisit(browser, address + fragment(**words))
    visit.expect_verdict("Wrong")
    assert visit.page.input_value("#claim") == words["claim"]
    visit.check("dC/dh_0 = 2(h_0 - t_0)")
    visit.expect_verdict("Right")
    again = LiveVisit(browser, visit.page.url)
    again.expect_verdict("Right")
    assert all(url.startswith(address) for url in visit.asked + again.asked)
    assert not any("dC" in url.partition("#")[0] for url in visit.asked + again.asked)
    assert visit.said + again.said == []
    visit.close()
    again.close()


def test_a_whole_post_has_a_verdict_for_every_equation(visit):
    post = (ROOT / "tests" / "data" / "posts" / "004.txt").read_text(encoding="utf-8")
    visit.check(post, NETWORK)
    visit.page.locator(".statement.wrong").first.wait_for()
    assert visit.page.locator(".statement").count() > 3
    visit.expect_verdict("Wrong")
    visit.page.locator(".statement").last.click()
    assert visit.page.locator('.statement[aria-pressed="true"]').count() == 1


def test_the_page_says_what_python_says_on_a_desk(visit):
    pins = {p.name: p.version for p in list_pinned()}
    if version("sympy") != pins["sympy"]:
        pytest.skip(f"SymPy {version('sympy')} is installed, and the page has {pins['sympy']}")
    questions = []
    for asked in OFFERED:
        words = (asked.network, asked.notation)
        if asked.claim:
            questions.append(("check", *words, asked.claim, asked.values))
        questions += [("draw", *words, asked.values), ("code", *words), ("explore", *words)]
        questions += [("derive", *words, level) for level in ("terse", "normal", "full")]
    found = visit.page.evaluate(ASK_ALL, questions)
    different = [q for q, said in zip(questions, found, strict=True) if said != answers.answer(*q)]
    assert different == []


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "javascript:alert(1)"])
def test_a_hostile_address_is_text(browser, address, text):
    words = {"network": text, "claim": text, "values": text, "notation": text, "at": text}
    visit = LiveVisit(browser, address + fragment(**words))
    visit.expect_verdict("No answer")
    assert visit.page.input_value("#network") == text
    assert visit.page.evaluate(FOREIGN) == []
    assert visit.said == []
    visit.close()


def test_what_takes_too_long_is_ended_and_said(browser, address, site):
    page = (site / "live.html").read_text(encoding="utf-8")
    assert '"seconds":20' in page
    hurried = page.replace('"seconds":20', '"seconds":0.2')
    visit = LiveVisit(browser, "about:blank")
    visit.page.route(
        "**/live.html", lambda route: route.fulfill(body=hurried, content_type="text/html")
    )
    visit.page.goto(f"{address}live.html")
    visit.check("", OFFERED[9].network.replace("28x28", "32x32"))
    visit.expect_verdict("No answer")
    assert "was ended" in visit.page.locator("#verdict").text_content()
    visit.check("x = 1", "input x 2")
    playwright.expect(visit.page.locator("#verdict")).not_to_contain_text(
        "was ended", timeout=MILLISECONDS
    )
    assert visit.said == []
    visit.close()


def test_stop_ends_a_question(visit):
    visit.check("", OFFERED[9].network.replace("28x28", "36x36"))
    visit.page.locator("#stop").click()
    visit.page.get_by_text("Stopped.").wait_for()
    visit.check(RIGHT, NETWORK)
    visit.expect_verdict("Right")


def test_it_works_on_a_reload_without_the_network(browser, site):
    server = start_server(site)
    visit = LiveVisit(browser, f"http://127.0.0.1:{server.server_port}/live.html")
    visit.check(RIGHT)
    visit.expect_verdict("Right")
    visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    server.shutdown()
    server.server_close()
    visit.page.reload()
    visit.expect_verdict("Right")
    visit.check(OFFERED[2].claim)
    visit.expect_verdict("Wrong")
    for path in ("", "layers/conv.html", "tutorials/forum-question.html"):
        visit.page.goto(f"http://127.0.0.1:{server.server_port}/{path}")
        assert visit.page.locator("nav.site a").count() > 20
    visit.close()


def test_the_bar_is_that_of_the_other_pages(browser, address):
    bars = []
    for path in ("live.html", "index.html"):
        visit = LiveVisit(browser, address + path)
        bar = visit.page.locator("header.bar")
        bars.append([bar.get_by_role("link").all_text_contents(), bar.bounding_box()])
        visit.page.keyboard.press("Escape")
        visit.page.get_by_role("combobox", name="Search the documentation").fill("add a layer")
        playwright.expect(visit.page.locator("#found [role=option]").first).to_be_visible()
        assert visit.said == []
        visit.close()
    assert bars[0] == bars[1]


def test_one_file_works_from_a_disk_with_the_network_off(browser, site):
    file = site / "offline.html"
    assert file.stat().st_size < 16_000_000
    visit = LiveVisit(browser, file.as_uri(), offline=True)
    visit.expect_verdict("Wrong")
    visit.check(RIGHT)
    visit.expect_verdict("Right")
    visit.check("", "input x 4x4 | conv w 2x2 -> z | relu -> y | half_sse t -> C")
    visit.wait_for_derivation()
    assert all(url.startswith(("file:", "blob:", "data:")) for url in visit.asked)
    assert visit.said == []
    visit.close()
