"""A verdict says what it is about, and which products are too many or missing, as entries."""

import pytest
from kept_networks import judge_once

CONVS = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
DENSE = "input x 3 | dense W 2 bias b -> h | sigmoid -> v | sse t -> C"
NOTATIONS = {CONVS: "flat1", DENSE: "ij1"}
SUBJECTS = [
    (CONVS, "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)", "w_1^1"),
    (CONVS, "dC/dw_1^1 = 2(o_1^2 - y_1) i_1 w_1^2", "w_1^1"),
    (CONVS, "dC/dw_k^2 = 2(o_1^2 - y_1) o_k^1", "w^2"),
    (CONVS, "dC/dw^2 = 2(o^2 - y) o^1", "w^2"),
    (CONVS, "dC/do_1^2 = 2(o_1^2 - y_1)", "o_1^2"),
    (CONVS, "delta_1^2 = 2(o_1^2 - y_1)", "o_1^2"),
    (CONVS, "C = (o_1^2 - y_1)^2", ""),
    (CONVS, "o_1^1 = i_1 w_1^1 + i_2 w_2^1 + i_4 w_3^1 + i_5 w_4^1", ""),
    (DENSE, "dC/dW_{1,2} = 2(v_1 - t_1) v_1 (1 - v_1) x_2", "W_{1,2}"),
    (DENSE, "dC/db = 2(v - t) v (1 - v)", "b"),
    (DENSE, "W <- W - eta dC/dW", "W"),
]


@pytest.mark.parametrize(("network", "claim", "of"), SUBJECTS)
def test_a_verdict_says_what_is_differentiated_by(network, claim, of):
    assert judge_once(network, claim, NOTATIONS[network]).data()["of"] == of


def test_spurious_products_are_told_as_entries():
    claim = "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2)"
    verdict = judge_once(CONVS, claim, "flat1")
    pixels, weights = ("i_1", "i_2", "i_4", "i_5"), ("w_1^2", "w_2^2", "w_3^2", "w_4^2")
    crossed = {(p, w) for n, p in enumerate(pixels) for m, w in enumerate(weights) if n != m}
    assert set(verdict.spurious_factors) == crossed
    assert len(verdict.spurious_factors) == len(verdict.spurious) == 12
    assert verdict.missing_factors == ()


def test_a_missing_product_is_told_as_entries_and_a_square_names_its_entry_twice():
    verdict = judge_once(
        CONVS, "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2)", "flat1"
    )
    assert verdict.missing_factors == (("i_5", "w_4^2"),)
    square = judge_once(
        "input x 2 | dense w 1 -> h | sse t -> C", "dC/dw_0 = 2(h - t) (x_0 + x_1^2)"
    )
    assert ("x_{1}", "x_{1}") in [f for f in square.spurious_factors if len(f) == 2]


def test_where_all_indices_are_free_the_products_belong_to_the_entry_that_is_named():
    verdict = judge_once(CONVS, "dC/dw_k^2 = 2(o_1^2 - y_1) i_k", "flat1")
    assert verdict.of == "w_1^2"
    assert verdict.spurious_factors == (("i_1",),)
    assert verdict.missing_factors == (("o_1^1",),)


def test_names_that_only_the_claim_knows_are_no_subject():
    values = {"i": [[1, 2, 0], [0, 1, 1], [2, 0, 1]], "w1": [[1, 0], [0, 1]]}
    values |= {"w2": [[1, 2], [3, 4]], "y": [[1]]}
    given = {**values, "G": [[1, 2], [3, 4]]}
    assert judge_once(CONVS, "dC/dw^2 = G", "flat1", values=given).of == "w^2"
    claim = "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2)"
    assert judge_once(CONVS, claim, "flat1", values=values).of == "w_1^1"
    assert judge_once(CONVS, "dC/dq = 3", "flat1", values=values).of == ""
    assert judge_once(CONVS, "G = dC/dw^2", "flat1", values=given).of == "w^2"
