"""Proofs about labels: one that chooses from K classes is one of them, and nothing else is."""

import pytest
from proving import DIFFERENT, PROVED, outcomes

NETWORK = "input x D batch N | dense w K -> z | cross_entropy t labels -> C"
ONE = r"\sum_{k=0}^{K-1} x_{b,j} [k = t_b] = x_{b,j}"
SOFTMAX = r"\frac{\exp(z_{b,q})}{\sum_{r=0}^{K-1} \exp(z_{b,r})}"
SIGNAL = rf"\delta^z_{{b,q}} = \frac{{1}}{{N}} \sum_{{k=0}}^{{K-1}} [k = t_b] ({SOFTMAX} - [q = k])"
TWINS = [
    (ONE, "K-1}", "K-2}"),  # a class is left out: the last one, the first one
    (ONE, "k=0", "k=1"),
    (ONE, "[k = t_b]", "[k = t_k]"),  # the class stands elsewhere, too
    (ONE, "x_{b,j} [", "x_{k,j} ["),
    (ONE, "x_{b,j} [", "x_{b,j} k ["),
    (ONE, "[k = t_b]", "[k + 1 = t_b]"),
    (ONE, "[k = t_b]", "[2 k = t_b]"),
    (ONE, "[k = t_b]", "[k = x_{b,0}]"),  # a value is no label
    (ONE, "[k = t_b]", "[k = t_b] [k = t_0]"),  # two labels need not be equal
    (ONE, "[k = t_b]", "[k < t_b]"),
    (SIGNAL, "K-1} [k", "K-2} [k"),
    (SIGNAL, "[k = t_b]", "[k = t_q]"),
    (SIGNAL, "[q = k]", "[q = b]"),
]


@pytest.mark.parametrize("claim", [ONE, SIGNAL])
def test_a_sum_over_all_classes_has_one_term(claim):
    assert set(outcomes(NETWORK, claim)) == {PROVED}


@pytest.mark.parametrize(("claim", "old", "new"), TWINS)
def test_a_sum_over_others_is_no_such_sum(claim, old, new):
    assert old in claim
    assert PROVED not in outcomes(NETWORK, claim.replace(old, new, 1))


def test_both_are_compared():
    compared = [set(outcomes(NETWORK, c.replace(old, new, 1))) for c, old, new in TWINS]
    assert compared.count({DIFFERENT}) > len(TWINS) // 2
