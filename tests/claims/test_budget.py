"""Verdicts, diagnoses and posts have budgets, counted in steps of work and not in seconds."""

import pytest

from symconv import Network
from symconv.claims import check_claim, check_post
from symconv.claims.check import Checker
from symconv.claims.diagnosis import counterexample, explain
from symconv.claims.evaluation.modular_field import NoRoot
from symconv.claims.judging import agreement
from symconv.claims.judging.agreement import Agreement
from symconv.claims.judging.trial import Trial
from symconv.claims.model.budget import (
    DIAGNOSIS_STEPS,
    VERDICT_STEPS,
    OverBudget,
    StepBudget,
    limit_work,
    spend,
    steps_left,
)

TWO = Network.example("two-convs")
PLENTY = 10**9


def count_steps(network: Network, claim: str, *, explain: bool = True) -> tuple[str, int]:
    with limit_work(PLENTY) as budget:
        verdict = check_claim(network, claim, explain=explain)
    return verdict.verdict, PLENTY - budget.left


def test_a_budget_refuses_before_anything_is_spent():
    budget = StepBudget(10)
    budget.spend(8)
    with pytest.raises(OverBudget):
        budget.spend(3)
    assert budget.left == 2


def test_what_is_spent_inside_is_spent_outside():
    with limit_work(100) as outer:
        with limit_work(500):
            assert steps_left() == 100
            spend(30)
        assert outer.left == 70
        with limit_work(10), pytest.raises(OverBudget):
            spend(11)
        assert outer.left == 70
    assert steps_left() == VERDICT_STEPS


DEEP = (
    "input x 8x8 | conv w 3x3 -> z | relu -> a | conv v 3x3 -> y | relu -> b | flatten -> f "
    "| dense W 5 -> h | softmax -> p | half_sse t -> C"
)
HEAVY = [
    ("input u 28x28 | conv w 5x5 -> z | maxpool 2 -> p | sse t -> C",
     r"dC/du_{i,j} = \sum_{m,n} \delta^z_{i+m,j+n} w_{m,n}"),
    ("input u 28x28 | conv w 5x5 -> z | maxpool 2 -> p | sse t -> C",
     r"dC/du_{i,j} = \sum_{m,n} \delta^z_{i-m,j-n} w_{m,n} u_{i,j}"),
    ("input u 40 | cross_entropy l labels -> E",
     r"dE/du_{35} = \frac{\exp(u_{35})}{\sum_k \exp(u_k)}"),
    (DEEP, r"dC/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{i+m,j+n} a_{i,j}"),
    ("input x 200 | dense W 200 -> z | sigmoid -> a | half_sse t -> C",
     r"dC/dW_{i,j} = (a_i - t_i) a_i x_j"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "claim"), HEAVY)
def test_no_verdict_and_no_diagnosis_takes_more_than_its_budget(network, claim):
    verdict, steps = count_steps(Network.parse(network), claim)
    assert verdict in {"wrong", "undetermined"}
    assert steps <= VERDICT_STEPS + DIAGNOSIS_STEPS


def test_the_same_claim_takes_the_same_steps_every_time():
    claim = "dC/dw_1^2 = o_1^1*(o_1^2-y_1)"
    check_claim(TWO, claim)
    assert count_steps(TWO, claim) == count_steps(TWO, claim)


def test_what_takes_too_long_is_undetermined_and_says_so():
    network = Network.parse(
        "input x 3x32x32 | conv w 3x3 channels 8 padding 1 -> z | relu -> a | maxpool 2 -> p "
        "| half_sse t -> C"
    )
    claim = r"dC/dw_{f,c,m,n} = \sum_{i,j} \delta^z_{f,i,j} x_{c,i+m-1,j+n-1}"
    verdict = check_claim(network, claim)
    assert verdict.verdict == "undetermined"
    assert "it takes more than 1 s to decide" in str(verdict)


def test_a_post_stops_at_its_budget_and_says_which_statements_are_open():
    line = r"$$\frac{\partial C}{\partial w_1^2} = \sum_{k=1}^{4} o_k^1 (o_1^2 - y_1) + 3$$"
    lines = [line] * 600
    with limit_work(PLENTY) as budget:
        found = check_post(TWO, "\n".join(lines), seconds=1)
    assert PLENTY - budget.left <= 1_000_000
    assert len(found) == len(lines)
    assert [v.line for v in found] == list(range(1, len(lines) + 1))
    assert found[0].verdict == "wrong"
    assert found[-1].verdict == "undetermined"
    assert "the 1 s for the whole text are used up; --budget SECONDS" in str(found[-1])
    judged = sum(v.verdict == "wrong" for v in found)
    more = check_post(TWO, "\n".join(lines), seconds=3)
    assert sum(v.verdict == "wrong" for v in more) > judged


def test_a_name_of_the_mistake_is_given_up_before_the_verdict():
    claim = "dC/dw_1^2 = o_1^1*(o_1^2-y_1)"
    full = check_claim(TWO, claim)
    assert full.names == ("missing_two",)
    with limit_work(60_000):
        poor = check_claim(TWO, claim)
    assert poor.verdict in {"wrong", "right under a condition"}


@pytest.mark.parametrize(
    ("network", "claim", "values"),
    [
        (
            "input x 3 batch 4 | dense W 2 -> z | tanh -> a | mse t -> C",
            "dC/dW = [[0.11, -0.25, 0.5], [0.3, 0.02, -0.7]]",
            {
                "x": [[1, 0.5, -1], [0.2, 1, 0.3], [-1, 0.1, 2], [0.4, 0.4, 0.9]],
                "W": [[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6]],
                "t": [[1, 0], [0, 1], [1, 1], [0, 0]],
            },
        ),
        (
            "input x NxCxHxW | conv w 3x3 channels F -> z | relu -> a",
            r"dC/dw_{f,c,m,n} = \sum_{b,i,j} \delta^a_{b,f,i,j} [z_{b,f,i,j} > 0] x_{b,c,i+m,j+m}",
            None,
        ),
        (
            "input u 3 batch N | batchnorm weight g bias b -> y",
            r"dC/du_{i,j} = g_j \delta_{i,j} / \sqrt{\nu_j + \epsilon}",
            None,
        ),
    ],
)
def test_a_wrong_claim_and_its_diagnosis_take_less_than_their_budget(network, claim, values):
    """A wrong number in a batch took 15 s when rounding was tried wherever a claim was wrong."""
    with limit_work(2 * VERDICT_STEPS) as budget:
        verdict = Network.parse(network).check(claim, values=values)
    assert verdict.verdict == "wrong"
    assert 2 * VERDICT_STEPS - budget.left < VERDICT_STEPS


SECOND_READINGS = [
    ("input s 3 | dense P 2 -> u | relu -> v | dense R 1 -> w | bce_logits d -> E",
     r"dE/dR_{0,q} = (\sigma(w_0) - d_0) v_q"),
    ("input u 5x5 | conv k 2x2 -> h",
     r"\delta^{l-1}_{1,0} = \delta^l_{0,0} k_{1,0} + \delta^l_{1,0} k_{0,0}"),
]  # fmt: skip


def count_calls(monkeypatch, owner, name):
    """The calls of a function from now on, each as its arguments."""
    calls, asked = [], getattr(owner, name)

    def count(*args, **kwargs):
        calls.append((args, kwargs))
        return asked(*args, **kwargs)

    monkeypatch.setattr(owner, name, count)
    return calls


@pytest.mark.parametrize(("network", "claim"), SECOND_READINGS)
def test_a_claim_that_is_right_in_its_second_reading_costs_no_example(monkeypatch, network, claim):
    net = Network.parse(network)
    searches = count_calls(monkeypatch, explain, "find_counterexample")
    readings = count_calls(monkeypatch, Checker, "under_one_reading")
    assert net.check(claim).verdict == "right"
    assert (len(searches), len(readings)) == (0, 2)
    # What is right in no reading still needs one in each, and one more to be explained.
    assert net.check(claim.replace(" = ", " = 2 ")).verdict == "wrong"
    assert len(searches) > 1


def test_one_question_is_tried_once_in_all_readings(monkeypatch):
    """The tie rule, too, is asked for once, though three passes judge the reading it is for."""
    net = Network.parse("input x 4x4 | maxpool 2 -> p | half_sse t -> C")
    trials = count_calls(monkeypatch, Agreement, "_try_sizes")
    edges = count_calls(monkeypatch, agreement, "find_boundary_cause")
    found = net.check(r"dC/dx_{i,j} = \sum_{k,l} \delta_{k,l} [x_{i,j} = p_{k,l}]")
    assert found.names == ("tie_rule",)
    assert len(edges) == 1
    assert len(trials) == len({(id(a), n) for (a, n), _ in trials})


def test_exact_numbers_are_run_once_for_all_entries(monkeypatch):
    net = Network.parse("input x 1x2x5x5 | conv w 3x3 channels 3 bias b -> y")
    runs = count_calls(monkeypatch, counterexample, "assign_rationals")
    claim = r"dC/dw_{f,c,m,n} = \sum_{b,i,j} \delta_{b,f,i,j} x_{b,c,i+m,j+n}"
    assert net.check(claim).verdict == "right"
    assert len(runs) == 1


class FewRoots:
    """A trial whose first draws have no root, each after some work."""

    def __init__(self, without, steps):
        self.without, self.steps = without, steps

    def _compare(self, number):
        spend(self.steps)
        if number < self.without:
            raise NoRoot
        return number


@pytest.mark.parametrize("without", [0, 1, 3])
def test_draws_without_a_root_cost_nothing(without):
    with limit_work(VERDICT_STEPS) as budget:
        assert Trial._first(FewRoots(without, 200_000), range(9)) == without
        assert budget.left == VERDICT_STEPS - 200_000


def test_many_draws_without_a_root_are_counted():
    with limit_work(VERDICT_STEPS), pytest.raises(OverBudget):
        Trial._first(FewRoots(40, 200_000), range(48))
