"""The rules of axe-core, where npm has installed it."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

VIOLATIONS = """async () => (await axe.run()).violations.map(({ id, nodes }) =>
  `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@cache
def find_axe():
    """The source of axe-core; empty where Node does not find it."""
    if not shutil.which("node"):
        return ""
    asked = ["node", "-p", "require.resolve('axe-core')"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return "" if found.returncode else Path(found.stdout.strip()).read_text(encoding="utf-8")


def read_axe():
    """The source of axe-core, or the test is skipped."""
    return find_axe() or pytest.skip("axe-core is not there: npm install axe-core, and NODE_PATH")


def list_violations(page):
    """What breaks a rule on a page, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(read_axe())
    return page.evaluate(VIOLATIONS)
