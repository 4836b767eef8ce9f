"""The live page and a picture in Firefox, over WebDriver BiDi."""

import json
import os
import shutil
import subprocess

import pytest
from paths import DATA

import symconv
from symconv.docs.site.browser.questions import OFFERED
from symconv.page import write_page

pytestmark = pytest.mark.long

SECONDS = 600
"""How long Firefox may take for both pages on a machine that does other things, too."""


@pytest.fixture(scope="module")
def firefox():
    """The path of Firefox, where puppeteer-core can drive it."""
    path = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if not path or not shutil.which("node"):
        pytest.skip("Firefox or Node is not installed")
    asked = ["node", "-p", "require.resolve('puppeteer-core')"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("puppeteer-core is not there: npm install puppeteer-core, and NODE_PATH")
    return path


def test_both_pages_do_in_firefox_what_they_do_in_chromium(firefox, address, tmp_path):
    picture = tmp_path / "picture.html"
    network = symconv.Network.example("two-convs")
    picture.write_text(write_page(network, OFFERED[0].claim), encoding="utf-8")
    command = ["node", str(DATA / "firefox_visit.mjs"), firefox]
    visited = [*command, f"{address}live.html", picture.as_uri()]
    done = subprocess.run(visited, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["version"].lower().startswith("firefox")
    assert found["first"] == ["✗ Wrong", 12]
    assert found["sections"] > 5
    assert found["dashed"] == 12
    assert {"i_1", "i_2", "i_4", "i_5", "w_1^2", "w_2^2", "w_3^2", "w_4^2"} < set(found["path"])
    assert len(found["path"]) == 12
    assert found["chosen"] == ["i_5"]
    assert found["wide"] <= 0
    # Firefox brings a font of its own for formulas, which it names among what it asks for.
    asked = {p: [u for u in found[p]["asked"] if u[:5] != "data:"] for p in ("live", "picture")}
    assert [url for url in asked["live"] if not url.startswith(address)] == []
    assert set(asked["picture"]) <= {picture.as_uri()}
    assert found["live"]["said"] + found["picture"]["said"] == []
