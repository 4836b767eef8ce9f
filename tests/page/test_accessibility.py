"""No page breaks a rule of axe-core, whatever is open on it."""

import pytest
from axe_rules import list_violations, read_axe
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


@pytest.mark.parametrize("name", slice_of(PAGES, 3))
def test_no_rule_is_broken(browser, tmp_path, name):
    read_axe()
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
        assert list_violations(page) == []
        assert visit.said == []
