"""Hostile texts through the live page: no element, no alert, no dead thread, no request."""

import json
from urllib.parse import urlencode

import attacks
import pytest
from live_visits import ASK_ALL, FOREIGN, LiveVisit

from symconv.docs.site.browser.questions import OFFERED

pytestmark = pytest.mark.long

NETWORK, NOTATION = OFFERED[0].network, OFFERED[0].notation
RIGHT = "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"
MARKUP = {
    "image": '"><img src=x onerror=alert(1)>',
    "end": "</textarea></script><script>alert(1)</script>",
    "link": "[x](javascript:alert(1)) <a href=javascript:alert(1)>x</a>",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;<!--",
    "mathml": "<math><mi href='javascript:alert(1)'>x</mi></math>",
    "svg": "<svg onload=alert(1)><use href='data:image/svg+xml,<svg/>'/></svg>",
}


def travel(text):
    """Half a character does not travel between a page and its thread."""
    return text.encode("utf-8", "replace").decode()


TEXTS = {name: travel(text) for name, text in {**attacks.TEXTS, **MARKUP}.items()}
FIELDS = ("network", "claim", "values", "notation", "at")


def as_text(content):
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else travel(content)


def list_questions():
    for statement in attacks.STATEMENTS:
        yield "check", NETWORK, NOTATION, travel(statement), ""
    for text in TEXTS.values():
        for claim in attacks.CLAIMS:
            yield "check", NETWORK, NOTATION, claim.format(text), ""
        for network in attacks.NETWORKS:
            yield "draw", network.format(text), "", ""
        yield "derive", NETWORK, text, text
        yield "explore", attacks.NETWORKS[0].format(text), NOTATION
    for content in attacks.value_files().values():
        yield "check", NETWORK, NOTATION, RIGHT, as_text(content)


@pytest.fixture(scope="module")
def visit(browser, address):
    opened = LiveVisit(browser, f"{address}live.html")
    opened.wait_for_derivation()
    yield opened
    opened.close()


def expect_clean(visit, address):
    assert visit.page.evaluate(FOREIGN) == []
    assert visit.said == []
    assert [url for url in visit.asked if not url.startswith((address, "data:"))] == []


def test_python_answers_all_of_them_and_lives(visit, address):
    questions = [*list_questions(), ("check", NETWORK, NOTATION, RIGHT, "")]
    found = visit.page.evaluate(ASK_ALL, questions)
    assert len(found) == len(questions)
    broken = [
        (question, said[:200])
        for question, said in zip(questions, found, strict=True)
        if not said.startswith(('{"ok": true', '{"ok": false, "error"'))
    ]
    assert broken == []
    assert json.loads(found[-1])["verdicts"][0]["verdict"] == "right"
    expect_clean(visit, address)


PLACES = {
    "claim": lambda text: {"network": NETWORK, "claim": f"dC/dw_1^2 = {text}"},
    "network": lambda text: {"network": attacks.NETWORKS[0].format(text), "claim": RIGHT},
    "values": lambda text: {"network": NETWORK, "claim": RIGHT, "values": f'{{"i": "{text}"}}'},
}
FILL = """words => { for (const name of ["network", "claim", "values"]) {
  document.getElementById(name).value = words[name] ?? "";
} document.getElementById("ask").requestSubmit(); }"""


@pytest.mark.parametrize("where", PLACES)
def test_what_is_typed_is_text(visit, address, where):
    for text in TEXTS.values():
        visit.page.evaluate(FILL, PLACES[where](text))
        visit.wait_for_answer()
        visit.page.locator("#verdict .card h2").first.wait_for()
        expect_clean(visit, address)
    visit.page.evaluate(FILL, {"network": NETWORK, "claim": RIGHT})
    visit.expect_verdict("Right")


@pytest.mark.parametrize("field", FIELDS)
def test_what_an_address_says_is_text(visit, address, field):
    asked = {"network": NETWORK, "claim": RIGHT}
    hostile = [urlencode({**asked, field: text}) for text in TEXTS.values()]
    raw = ("%", "network=%zz%ff", "&&==&", "network=input i 3x3&" + "claim=x&" * 500)
    for words in (*hostile, *raw, urlencode(asked)):
        visit.page.evaluate("words => { location.hash = words; }", words)
        visit.wait_for_answer()
        expect_clean(visit, address)
    visit.expect_verdict("Right")
