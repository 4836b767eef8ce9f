"""The documentation in Chromium: legible at every width, searched by keyboard, read by all."""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

write = pytest.importorskip(
    "symconv.docs.site.pages.write", reason="markdown-it-py is not installed: no page is written"
)
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.rest,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
SCREENS = [(360, "light"), (768, "dark"), (1440, "light")]
LOOKED_AT = (
    *("index.html", "gallery.html", "commands.html", "claims.html", "language.html", "python.html"),
    *("tutorials/forum-question.html", "layers/conv.html", "lenet5/lenet5.html"),
    "source/symconv/network/grammar.ebnf.html",
)
AXE = [
    Path(folder, "axe-core", "axe.min.js")
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep)
    if Path(folder, "axe-core", "axe.min.js").is_file()
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing of what it serves."""

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the documentation, and its paths."""
    folder = tmp_path_factory.mktemp("site")
    files = write.write_documentation()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", tuple(files)
        server.shutdown()


@pytest.fixture
def visit(site, browser):
    """Opens a page of the site; what is said on the console or asked elsewhere is a failure."""
    address, wrong, opened = site[0], [], []

    def look(path, width=1440, scheme="light", **options):
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, color_scheme=scheme, **options)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: r.url.startswith(address) or wrong.append(r.url))
        page.goto(address + path)
        opened.append(context)
        return page

    yield look
    for context in opened:
        context.close()
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_is_wider_than_the_screen(visit, site, width, scheme):
    page = visit("index.html", width, scheme)
    wide = []
    for path in (p for p in site[1] if p.endswith(".html")):
        page.goto(site[0] + path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize("width", [360, 1440])
def test_the_first_screen_has_the_picture_the_question_and_the_answer(visit, width):
    page = visit("index.html", width)
    for part in (".hero h1", ".picture img", ".asked code >> nth=1", ".claim .verdict"):
        box = page.locator(part).bounding_box()
        assert box["y"] < 800, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= width, part
    assert page.evaluate("document.querySelector('.picture img').naturalWidth") > 500


def test_formulas_are_set_in_the_font_of_the_site(visit):
    page = visit("layers/conv.html")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate("document.fonts.check('16px \"symconv math\"', 'w∑')")
    loaded = "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    assert [name.strip('"') for name in page.evaluate(loaded)] == ["symconv math"]


def test_the_search_is_used_by_keyboard_alone(visit, site):
    page = visit("layers/relu.html")
    page.keyboard.press("/")
    page.keyboard.type("add a layer")
    found = page.locator("#found [role=option]")
    playwright.expect(found.first).to_contain_text("How to add a layer")
    assert page.locator(".search input").get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("ArrowDown")
    assert page.locator(".search input").get_attribute("aria-activedescendant") == "found-1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(site[0] + "layers/index.html#how-to-add-a-layer")


def test_what_is_searched_is_text(visit):
    page = visit("index.html")
    page.keyboard.press("/")
    page.keyboard.type("<img src=x onerror=alert(1)> \"'")
    playwright.expect(page.locator(".found [role=status]")).to_have_text("Nothing found.")
    assert page.locator(".found img").count() == 0
    page.keyboard.press("Escape")
    playwright.expect(page.locator(".found")).to_be_hidden()


def test_without_scripts_everything_can_be_read(visit):
    page = visit("index.html", java_script_enabled=False)
    playwright.expect(page.locator(".search")).to_be_hidden()
    page.locator("nav.site >> text=Gallery of questions").click()
    playwright.expect(page.locator("h1")).to_have_text("The questions, and what the numbers say")


@pytest.mark.skipif(not AXE, reason="axe-core (npm) is not found by NODE_PATH")
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_no_violation(visit, site, width, scheme):
    page = visit("index.html", width, scheme, bypass_csp=True)
    found = []
    for path in LOOKED_AT:
        page.goto(site[0] + path)
        page.evaluate("document.fonts.ready.then(() => 0)")
        page.add_script_tag(path=str(AXE[0]))
        violations = page.evaluate("axe.run().then((result) => result.violations)")
        found += [(path, v["id"], v["nodes"][0]["html"][:200]) for v in violations]
    assert found == []
