"""Proofs of claims at all sizes: the right ones of a long list are proved, and no wrong one."""

from collections import Counter

import pytest
from grids import slice_of
from proving import DIFFERENT, PROVED, claims_of, outcomes, proof_of, questions

from symconv import Network
from symconv.claims.proving.forms.budget import ProofBudget
from symconv.claims.proving.prove import prove_equality

RIGHT = claims_of("claims_right_at_all_sizes.txt")
WRONG = claims_of("claims_wrong_at_some_sizes.txt")
NETWORKS = sorted({network for network, _, _ in (*RIGHT, *WRONG)})
ARRAYS = ("outer", "dot", "correlate", "convolve", "sum(", "^T", "odot", "= u * ", ".T", "max")


def test_there_are_enough_of_them():
    assert len(RIGHT) >= 150
    # Those that are refused say nothing about the proofs: they are not counted.
    assert sum(not refused for _, _, refused in WRONG) >= 190
    assert sum(any(word in claim for word in ARRAYS) for _, claim, _ in RIGHT) >= 19
    assert sum("softmax" in network or "pool" in network for network, _, _ in RIGHT) >= 14


@pytest.mark.parametrize("network", slice_of(NETWORKS, 3))
def test_what_is_right_at_all_sizes_is_proved(network):
    asked = [claim for other, claim, _ in RIGHT if other == network]
    assert [c for c in asked if PROVED not in outcomes(network, c)] == []


@pytest.mark.parametrize("network", slice_of(NETWORKS, 3))
def test_nothing_that_is_wrong_somewhere_is_proved(network):
    asked = [(c, refused) for other, c, refused in WRONG if other == network]
    found = {claim: Counter(outcomes(network, claim)) for claim, _ in asked}
    assert [c for c, _ in asked if found[c][PROVED]] == []
    # Not a single one is left unproved because it was not read, but for those that are marked so.
    assert [c for c, refused in asked if bool(found[c][DIFFERENT]) == refused] == []


@pytest.mark.parametrize(("network", "claim", "_"), claims_of("claims_right_in_numbers.txt"))
def test_with_numbers_as_sizes_it_is_proved_with_the_numbers_put_in(network, claim, _):
    proof = proof_of(network, claim)
    assert proof is not None
    assert proof.sizes == ()


@pytest.mark.parametrize(("network", "claim", "_"), claims_of("claims_wrong_in_numbers.txt"))
def test_a_wrong_claim_in_numbers_is_compared_and_not_proved(network, claim, _):
    found = set(outcomes(network, claim))
    assert PROVED not in found
    assert DIFFERENT in found


def test_a_proof_says_over_which_sizes_and_under_which_assumptions_it_holds():
    proof = proof_of("input a n | conv h k padding p -> c", r"dC/dh_m = \sum_i \delta_i a_{i+m-p}")
    assert proof.sizes == ("k", "n", "p")
    assert proof.assumptions == ("k, n >= 1", "p >= 0", "every tensor has at least one entry")
    assert proof.opened == "gradient h"
    assert proof.form == "sum i: a[i] delta c[i + -1*m + p]"


def test_indices_that_start_at_one_are_shifted():
    network = "input a n | conv h k -> c"
    claim = r"dC/dh_m = \sum_{i=1}^{n-k+1} \delta_i a_{i+m-1}"
    assert proof_of(network, claim, "ij1") is not None
    assert proof_of(network, r"dC/dh_m = \sum_{i=1}^{n-k+1} \delta_i a_{i+m}", "ij1") is None


def test_the_same_claim_takes_the_same_steps_every_time():
    claim = r"dC/da_j = \sum_m \delta^b_{j-m} (1 - b_{j-m}) (1 + b_{j-m}) h_m"
    question = next(questions("input a n | conv h k -> c | tanh -> b", claim))
    least = next(n for n in range(10, 4000, 10) if prove_equality(question, 1, n))
    assert prove_equality(question, 1, least) == prove_equality(question, 1, least)
    assert prove_equality(question, 1, least - 10) is None
    assert least < 1500


HOSTILE = [
    "dC/dh_m = " + "(" * 20 + "a_m" + ")" * 20,
    "dC/dh_m = a_m" + " + a_0" * 200,
    r"dC/dh_m = (a_0 + a_1 + a_2)^{60}",
    "dC/dh_m = " + "(a_0 + a_1)" * 20,
    "dC/dh_m = " + r"\sum_{i}" * 12 + "a_i",
    r"dC/dh_m = \frac{1}{0}",
    r"dC/dh_m = \frac{1}{n - n}",
    r"dC/dh_m = \sum_{i=0}^{n k n k n k} \sum_{j=0}^{i} \sum_{l=0}^{j} a_{i+j+l-m}",
    "dC/dh_m = " + "relu(" * 15 + "a_m" + ")" * 15,
    r"dC/dh_m = a_{m^{40}}",
    r"dC/dh_m = \sum_i a_{i/(k-1)}",
]


@pytest.mark.parametrize("claim", HOSTILE)
def test_a_claim_that_wants_to_do_harm_costs_its_budget_and_no_more(claim):
    for question in questions("input a n | conv h k -> c", claim):
        budget = ProofBudget(2000)
        assert prove_equality(question, 1, budget) is None
        assert budget.left >= -200


LOOSE = {
    "dx = delta_y / 100 + 0.99 * np.where(x <= 0, 0, delta_y)": "right",
    "dx = delta_y / 100 + 0.99 * np.where(0 >= x, 0, delta_y)": "right",
    "dx = delta_y / 100 + 0.99 * np.where(x <= 0, delta_y, 0)": "wrong",
    "dx = delta_y / 100 + 0.99 * np.where(x <= 0, 1, delta_y)": "wrong",
    "dx = delta_y / 100 + 0.98 * np.where(x <= 0, 0, delta_y)": "wrong",
}


@pytest.mark.parametrize("claim", LOOSE)
def test_where_one_is_at_most_the_other_is_where_it_is_not_larger(claim):
    """Sizes near 100 are not tried, so that a verdict is a proof."""
    network = Network.parse("input x NxCxHxW | leaky_relu -> y")
    assert network.check(claim).verdict == LOOSE[claim]
