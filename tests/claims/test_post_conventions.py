"""One choice of meaning holds for a whole post, and a claim is wrong only if it is in all."""

import pytest

from symconv import Network
from symconv.claims.check import Checker
from symconv.claims.model.budget import OverBudget
from symconv.claims.posts.conventions import PostConventions

TWO = Network.parse(
    "input i 5 | dense V 4 bias c -> s | tanh -> h | dense V 3 bias c -> s | half_sse y -> E"
)
LAYER = r"dE/ds^1 = (V^2)^T (s^2 - y) \odot (1 - h_1^2)"
ENTRY = r"h_1 = \tanh(s^1_1)"
WHOLE = r"h_1 = \tanh(s^1)"


def judge_in_order(network, *texts):
    checker = Checker(network, {}, {})
    conventions = PostConventions(checker)
    return [conventions.settle(text, checker.verdict(text)) for text in texts]


@pytest.mark.parametrize("text", [LAYER, ENTRY, WHOLE])
def test_alone_each_meaning_is_right(text):
    assert judge_in_order(TWO, text)[0].verdict == "right"


@pytest.mark.parametrize("texts", [(LAYER, WHOLE), (WHOLE, LAYER), (ENTRY, ENTRY)])
def test_one_meaning_makes_several_statements_right(texts):
    assert [v.verdict for v in judge_in_order(TWO, *texts)] == ["right", "right"]


@pytest.mark.parametrize("texts", [(LAYER, ENTRY), (ENTRY, LAYER), (WHOLE, ENTRY)])
def test_a_meaning_that_a_statement_before_needs_is_kept(texts):
    first, second = judge_in_order(TWO, *texts)
    assert first.verdict == "right"
    assert second.verdict == "wrong", second
    assert "'number below' has the meaning" in second.notes[0]


def test_a_jacobian_and_a_derivative_entry_by_entry_may_stand_in_one_post():
    network = Network.parse("input x 4 | dense W 3 bias b -> z | sigmoid -> a | half_sse t -> C")
    found = judge_in_order(network, "dz/dx = W", "da/dz = a*(1-a)", "dC/dz = (a - t)*a*(1 - a)")
    assert [v.verdict for v in found] == ["right"] * 3


def test_the_reading_is_said():
    (found,) = judge_in_order(TWO, LAYER)
    assert "the number at 'h' is read as the number of a layer" in found.notes


def test_a_post_is_judged_in_one_meaning():
    said = TWO.check_post(f"First ${LAYER}$, and then ${ENTRY}$.")
    assert [v.verdict for v in said] == ["right", "wrong"]


def test_a_verdict_stands_where_its_reasons_cost_too_much(monkeypatch):
    judge = Checker.under_one_reading

    def judge_within(self, text, base):
        if self.explain:
            raise OverBudget
        return judge(self, text, base)

    monkeypatch.setattr(Checker, "under_one_reading", judge_within)
    found = Checker(TWO, {}, {}).verdict(r"dE/ds^1 = (V^2)^T (s^2 - y) \odot (1 + h_1^2)")
    assert found.verdict == "wrong"
    assert not found.truth
