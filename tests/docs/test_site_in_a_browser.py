"""The live page and `offline.html` in Chromium, as they are built: what is asked, shown, refused.

The site is that in the folder SITE, else it is built, which takes minutes.
"""

import functools
import http.server
import os
import shutil
import threading
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

import pytest
from paths import ROOT

from symconv.core.errors import SymconvError
from symconv.docs.site.browser import answers
from symconv.docs.site.browser.questions import OFFERED
from symconv.docs.site.build import build_site
from symconv.docs.site.pinned import find_missing_tools, list_pinned
from symconv.docs.site.sources import SiteSources

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.skipif(bool(find_missing_tools()), reason="there is no Node.js with npm"),
]

NETWORK, NOTATION = OFFERED[0].network, OFFERED[0].notation
RIGHT = "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"
UNREAD = "dC/dw_1^1 = (i_1 +"
MILLISECONDS = 120_000
"""How long a page may take on a machine that does other things, too: it is no figure."""

ASK_ALL = """async (questions) => {
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const worker = new Worker(setup.worker, { type: "module" }), found = [];
  worker.postMessage({ start: setup.parts, lock: setup.lock });
  questions.forEach(([ask, ...words], id) => worker.postMessage({ id, ask, words }));
  await new Promise((resolve) => worker.addEventListener("message", ({ data }) => {
    if (data.stage === "failed") { found.push(data.error); resolve(); }
    if ("answer" in data || "broken" in data) found[data.id] = data.answer ?? data.broken;
    if (found.filter((x) => x !== undefined).length === questions.length) resolve();
  }));
  worker.terminate();
  return found;
}"""
FOREIGN = """() => {
  const known = new Set(("html head body meta title link style script noscript header main nav"
    + " footer form label select option textarea p code details summary div button section h1"
    + " h2 h3 pre dl dt dd ol ul li b a span input svg g path rect text tspan title circle"
    + " line").split(" "));
  return [...document.querySelectorAll("*")].filter((e) => !known.has(e.localName)
    && e.namespaceURI !== "http://www.w3.org/1998/Math/MathML").map((e) => e.localName);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    folder = tmp_path_factory.mktemp("site")
    try:
        build_site(SiteSources(ROOT, tmp_path_factory.mktemp("tools")), folder)
    except SymconvError as error:
        if "cannot be fetched" in str(error):
            pytest.skip(str(error))
        raise
    return folder


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def start_server(folder):
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def address(site):
    server = start_server(site)
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class LiveVisit:
    """A page that is open; what it said, asked for and warned of."""

    def __init__(self, browser, address, width=1440, scheme="light", **options):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        self.context.set_default_timeout(MILLISECONDS)
        self.page, self.said, self.asked = self.context.new_page(), [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", lambda dialog: (self.said.append("a dialog"), dialog.dismiss()))
        self.page.goto(address)

    def check(self, claim, network=None):
        if network is not None:
            self.page.fill("#network", network)
        self.page.fill("#claim", claim)
        self.page.keyboard.press("Control+Enter")

    def expect_verdict(self, words):
        found = self.page.locator("#verdict .card h2")
        playwright.expect(found).to_contain_text(words, timeout=MILLISECONDS)

    def wait_for_derivation(self):
        self.page.locator("#derivation section").first.wait_for()
        playwright.expect(self.page.locator("#stop")).to_be_hidden(timeout=MILLISECONDS)

    def close(self):
        self.context.close()


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
    visit.close()


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
