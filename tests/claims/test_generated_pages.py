"""What symconv prints is read by its own reader of claims: no formula of a page is unread or wrong.

Numbers of a page that may only get better stand in OPEN, each with its reason.
"""

from functools import cache

import pytest
from paths import ROOT

from symconv import Network
from symconv.claims import posts
from symconv.claims.parsing.statements import MATH, Excerpt
from symconv.docs.layer_pages import typical_network
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES

GENERATED = ROOT / "generated"
SECONDS = 300
"""More than any page takes: that a text has a budget is not what is tested here."""

PARTIAL = "the page means derivatives along one path, and the reader those along all"
OPEN = {
    "batchnorm": (1, PARTIAL), "groupnorm": (1, PARTIAL), "instancenorm": (1, PARTIAL),
    "layernorm": (1, PARTIAL), "rmsnorm": (1, PARTIAL),
}  # fmt: skip
"""How many formulas of a page may be called wrong, and why."""

QUICK = ("add", "dense", "flatten", "relu", "sigmoid", "softmax", "tanh", "upsample")


class FormulaReader(posts.PostReader):
    """Reads the formulas of a page; its code and its prose are other tests' matter."""

    def take(self, piece):
        if isinstance(piece, Excerpt) and piece.role == MATH:
            super().take(piece)


def judge_page(network, path):
    text = path.read_text("utf-8")
    return FormulaReader(network, text, {}, SECONDS).report().verdicts


@cache
def judge_layer(keyword):
    path = GENERATED / "layers" / f"{keyword}.md"
    return judge_page(typical_network(catalogue()[keyword]), path)


def list_unread(verdicts):
    return [f"{v.line}: {v.text}: {v.notes}" for v in verdicts if v.verdict == "unreadable"]


def require_read(verdicts, name=""):
    assert not list_unread(verdicts)
    wrong = [f"{v.line}: {v.text}" for v in verdicts if v.verdict == "wrong"]
    assert len(wrong) <= OPEN.get(name, (0, ""))[0], "\n".join(wrong)
    assert sum(v.verdict == "right" for v in verdicts) > 0


@pytest.mark.parametrize("keyword", QUICK)
def test_the_formulas_of_a_page_are_read_and_not_wrong(keyword):
    require_read(judge_layer(keyword), keyword)


def test_every_formula_of_a_small_network_is_right():
    path = GENERATED / "relu-filter" / "relu_filter.md"
    verdicts = judge_page(Network.example("relu-filter"), path)
    require_read(verdicts)
    assert sum(v.verdict == "right" for v in verdicts) >= 0.9 * len(verdicts)


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_the_formulas_of_every_layer_are_read_and_not_wrong(keyword):
    require_read(judge_layer(keyword), keyword)


@pytest.mark.long
@pytest.mark.parametrize("name", [e.name for e in EXAMPLES])
def test_the_formulas_of_every_example_are_read_and_not_wrong(name):
    path = GENERATED / name / f"{name.replace('-', '_')}.md"
    require_read(judge_page(Network.example(name), path))
