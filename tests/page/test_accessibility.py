"""No page breaks a rule of axe-core, whatever is open on it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from grids import slice_of
from page_visits import Visit

import symconv
from symconv.page import write_page

CLAIM = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
PAGES = {
    "a claim": (symconv.Network.example("two-convs"), CLAIM),
    "channels and a maximum": (
        symconv.Network.parse("input x 3x4x4 | conv w 3x3 channels 3 -> z | maxpool 2 | sse t"),
        None,
    ),
    "layers": (symconv.Network.example("lenet5"), None),
}
SCREENS = [(1440, "light"), (360, "dark")]

VIOLATIONS = """async () => (await axe.run()).violations.map(({ id, nodes }) =>
  `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@pytest.fixture(scope="module")
def rules():
    """The source of axe-core, where npm has installed it."""
    if not shutil.which("node"):
        pytest.skip("Node is not installed")
    asked = ["node", "-p", "require.resolve('axe-core')"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("axe-core is not installed: npm install axe-core, and NODE_PATH")
    return Path(found.stdout.strip()).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", slice_of(PAGES, 3))
def test_no_rule_is_broken(browser, rules, tmp_path, name):
    path = tmp_path / "page.html"
    path.write_text(write_page(*PAGES[name]), encoding="utf-8")
    for width, scheme in SCREENS:
        visit = Visit(browser, path.as_uri(), width, scheme)
        page = visit.page
        if page.locator("#numbers").count():
            page.locator("#numbers").check()
        for summary in page.locator("summary").all():
            summary.click()
        page.locator(".derivation section").first.wait_for()
        page.locator(".explored [data-place]").first.wait_for()
        page.evaluate(rules)
        assert page.evaluate(VIOLATIONS) == []
        assert visit.said == []
