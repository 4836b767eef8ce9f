"""The site that is built, served, and opened in Chromium."""

import functools
import http.server
import threading

import pytest

MILLISECONDS = 120_000
"""How long a page may take on a machine that does other things, too: it is no figure."""

WIDTHS = (360, 768, 1440)

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
    + " h2 h3 pre dl dt dd ol ul li b br a span input svg g path rect text tspan title circle"
    + " line figure figcaption output").split(" "));
  return [...document.querySelectorAll("*")].filter((e) => (!known.has(e.localName)
    && e.namespaceURI !== "http://www.w3.org/1998/Math/MathML")
    || [...e.attributes].some((a) => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value)))
    .map((e) => e.outerHTML.slice(0, 200));
}"""
"""The elements of a page that are not ours, or have an attribute that would run something."""

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing of what it serves."""

    def log_message(self, *_):
        pass


def start_server(folder):
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


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
        from playwright.sync_api import expect

        found = self.page.locator("#verdict .card h2")
        expect(found).to_contain_text(words, timeout=MILLISECONDS)

    def wait_for_answer(self):
        from playwright.sync_api import expect

        expect(self.page.locator("#stop")).to_be_hidden(timeout=MILLISECONDS)

    def wait_for_derivation(self):
        self.page.locator("#derivation section").first.wait_for()
        self.wait_for_answer()

    def close(self):
        self.context.close()


def skip_unless_fetched(error):
    """Skip where a part of the site cannot be had; any other error is one."""
    if "cannot be fetched" in str(error):
        pytest.skip(str(error))
    raise error
