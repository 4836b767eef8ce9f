"""What symconv prints is read by its own reader of claims: every page ends in the exit code 0.

Formulas, code and words of a page are judged together, as `symconv check NETWORK PAGE` does. The
budget is the usual one.
"""

from collections import Counter

import pytest
from kept_networks import parse_once
from paths import ROOT

from symconv.claims.model.verdict import exit_code
from symconv.claims.posts import report_post
from symconv.core.exit_codes import ExitCode
from symconv.docs.layer_pages import typical_network
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES

GENERATED = ROOT / "generated"
QUICK = ("add", "dense", "dropout", "embedding", "flatten", "half_sse", "sigmoid", "tanh")
MARKUPS = ("md", "tex")


def judge(network, path):
    return report_post(network, path.read_text("utf-8"))


def describe(report):
    kept = [v for v in report.verdicts if v.verdict not in {"right", "right to the printed digits"}]
    kept = [v for v in kept if v.kind not in {"given value", "definition"}]
    return "\n".join(f"{v.line}: {v.verdict}: {v.text[:200]}: {v.notes}" for v in kept)


def require_right(report):
    assert exit_code(report.verdicts) == ExitCode.RIGHT, describe(report)
    assert not [s for s in report.signs if s.fate == "not read"]
    # The names that a module gives to its own pieces are definitions, which nothing says otherwise.
    counted = Counter(bool(v) for v in report.verdicts if v.kind != "definition")
    assert counted[True] > 0.8 * counted.total() > 0, describe(report)


def judge_layer(keyword):
    layer = catalogue()[keyword]
    return judge(typical_network(layer), GENERATED / "layers" / f"{keyword}.md")


def judge_example(name, markup):
    path = GENERATED / name / f"{name.replace('-', '_')}.{markup}"
    return judge(parse_once(name), path)


@pytest.mark.parametrize("keyword", QUICK)
def test_the_page_of_a_layer_is_right(keyword):
    require_right(judge_layer(keyword))


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_pages_of_a_small_network_are_right(markup):
    require_right(judge_example("relu-filter", markup))


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_slip_in_a_page_is_found(markup):
    name = "general-conv"
    path = GENERATED / name / f"general_conv.{markup}"
    text = path.read_text("utf-8")
    slip = text.replace("\\delta_{i,j}\\,x_{i+m',j+n'}", "\\delta_{i,j}\\,x_{i-m',j-n'}")
    assert slip != text
    report = report_post(parse_once(name), slip)
    assert exit_code(report.verdicts) == ExitCode.WRONG


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_the_page_of_every_layer_is_right(keyword):
    require_right(judge_layer(keyword))


@pytest.mark.long
@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("name", [e.name for e in EXAMPLES])
def test_the_pages_of_every_example_are_right(name, markup):
    require_right(judge_example(name, markup))
