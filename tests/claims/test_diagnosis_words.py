"""What a wrong claim is told beside its cause: terms, an example, the right formula, the place."""

import re

import pytest

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.mistakes import mistakes

TWO = Network.example("two-convs")
SIGMOID = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")
GENERAL = Network.example("general-conv-strided")
POOL = Network.parse("input x 4x4 | maxpool 2 -> p | sse t -> C", "ij0")
BATCH = Network.parse("input x 3x2x4x4 | conv w 2x2 channels 2 bias b -> z | mse t -> L", "ij0")
TRUTH = "(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"


def test_terms_are_counted_after_the_common_factor_is_divided_out():
    verdict = check_claim(TWO, "dC/dw_1^1 = 2(o_1^2-y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_4^2)")
    assert verdict.terms == (3, 4)
    assert verdict.spurious == ("i_4*w_4^2",)
    assert verdict.missing == ("i_4*w_3^2", "i_5*w_4^2")


def test_the_slope_of_a_sigmoid_is_one_factor():
    verdict = check_claim(SIGMOID, r"dE/dw_{0,0} = \sum_{j} \delta^z_{0,j} x_{0,j}")
    assert verdict.terms == (2, 4)
    assert not verdict.spurious
    assert verdict.missing[0] == "(1 - a_{1,0})*a_{1,0}*dE/da_{1,0}*x_{1,0}"


def test_a_multiple_of_the_truth_has_no_wrong_terms():
    verdict = check_claim(TWO, f"dC/dw_1^1 = 7 (o_1^2-y_1) {TRUTH}")
    assert verdict.verdict == "wrong"
    assert not verdict.missing
    assert not verdict.spurious


def test_the_example_is_small_and_shows_both_numbers():
    verdict = check_claim(
        TWO, "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2-y_1)"
    )
    assert verdict.counterexample == "i_5 = w_4^1 = w_1^2 = 1, all else 0: true 0, yours 2"
    # by hand: o_4^1 = i_5 w_1^1 + ... = 0 and o_1^1 = i_5 w_4^1 = 1, so o_1^2 = w_1^2 o_1^1 = 1;
    # true is 2 (1 - 0) i_5 w_4^2 = 0, and the product of the sums is 1 * 1 * 2


def test_the_example_of_a_large_network_is_small_too():
    verdict = check_claim(BATCH, r"dL/dx_{b,c,i,j} = \sum_{m,n} \delta^z_{b,0,i-m,j-n} w_{0,c,m,n}")
    assert verdict.names[0] == "missing_channel_sum"
    assert verdict.counterexample.count("=") < 14


def test_the_correct_formula_is_shown_for_all_entries_and_for_the_wrong_one():
    verdict = check_claim(SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{i+n,j+m}")
    general, entry = verdict.truth.split("; ")
    assert general == "dE/dw[m',n'] = sum_{i,j} delta_z[i,j] x[i+m', j+n']"
    assert entry.startswith("dE/dw_{0,1} = ")
    assert "m = 0, n = 1" in verdict.counterexample


def test_the_correct_formula_is_right_in_the_eyes_of_the_checker():
    verdict = check_claim(SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{i+n,j+m}")
    general, entry = verdict.truth.split("; ")
    assert check_claim(SIGMOID, entry)
    assert check_claim(SIGMOID, general)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"dE/dw_{f,c,m,n} = \sum_{b,i,j} \delta_{b,f,i,j} x_{b,c,s i+m-p,s j+n-p}", "dilation"),
        (r"dE/dx_{b,c,u,v} = \sum_{f,m,n} \delta_{b,f,u-d m+p,v-d n+p} w_{f,c,m,n}", "stride"),
    ],
)
def test_mistakes_are_named_where_sizes_are_letters(text, name):
    assert check_claim(GENERAL, text).names[0] == f"{name}_ignored"


def test_the_pointer_leads_to_a_step_of_that_name():
    verdict = check_claim(POOL, r"dC/dx_{2i+m,2j+n} = 2(p_{i,j}-t_{i,j})")
    number, of, rule = re.fullmatch(
        r"step (\d+) of the derivation of dC/d(\w+): (.*)", verdict.step
    ).groups()
    derivation = POOL.backward().derivation(of)
    assert derivation.steps[int(number) - 1].rule == rule == "selection"


def test_every_mistake_has_its_own_name_a_sentence_and_a_step():
    found = mistakes()
    assert len({m.name for m in found}) == len(found) >= 38
    assert [m.rank for m in found] == sorted(m.rank for m in found)
    for mistake in found:
        assert re.fullmatch("[a-z_]+", mistake.name)
        assert mistake.steps
        assert 20 < len(mistake.text) < 160
        assert mistake.ways.__doc__


@pytest.mark.parametrize("cost", ["half_sse", "sse", "mse"])
@pytest.mark.parametrize("layer", ["sigmoid", "tanh", "conv w 2"])
@pytest.mark.parametrize("factor", ["-", "2 ", r"\frac{1}{2} ", r"\frac{1}{4} ", "3 ", "4 "])
def test_the_slope_of_a_value_knows_no_cost(cost, layer, factor):
    """Neither targets, nor squares, nor means are in it, whatever the cost of the network is."""
    network = Network.parse(f"input x 5 | {layer} -> y | {cost} t -> C", "ij0")
    slope = {"sigmoid": "y_i (1 - y_i)", "tanh": "(1 - y_i^2)", "conv w 2": "w_0"}[layer]
    verdict = check_claim(network, f"dy_i/dx_i = {factor}{slope}")
    assert verdict.verdict == "wrong", verdict
    assert "cost" not in str(verdict)
    assert "target" not in str(verdict)
    assert verdict.names[:1] == (("sign",) if factor == "-" else ())


STEP = "c - \\alpha (h - t)"
LATE = "input s 3 | dense P 2 bias e -> u | relu -> v | dense R 1 bias g -> w | half_sse d -> E"


@pytest.mark.parametrize("cost", ["half_sse", "sse", "mse"])
@pytest.mark.parametrize("factor", ["2", "0.5", "-1", "\\frac{1}{3}"])
def test_no_cost_makes_a_whole_step_another(cost, factor):
    """Of c - alpha dC/dc only the step has a factor of the cost."""
    network = Network.parse(f"input u 3 | dense M 2 bias c -> h | {cost} t -> C")
    step = STEP if cost != "sse" else "c - 2 \\alpha (h - t)"
    verdict = check_claim(network, f"c := {factor} ({step})")
    assert verdict.verdict == "wrong", verdict
    assert not {"sign", "extra_two", "missing_two", "mean_for_sum"} & set(verdict.names)


@pytest.mark.parametrize("quantity", ["dE/du_q", "dE/de_q"])
@pytest.mark.parametrize("factor", [r"\frac{1}{2}", "0.5"])
def test_no_cost_is_a_mean_over_what_it_does_not_read(quantity, factor):
    verdict = check_claim(
        Network.parse(LATE), f"{quantity} = {factor} R_{{0,q}} (w_0 - d_0) [u_q > 0]"
    )
    assert verdict.verdict == "wrong", verdict
