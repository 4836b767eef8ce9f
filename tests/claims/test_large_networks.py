"""Claims on a network that is too large to be run: they are proved, or left open, and never wrong.

LeNet-5 takes six million products a pass at the least; no number of it is ever drawn.
"""

import pytest

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.judging.agreement import NO_NUMBERS
from symconv.claims.model.budget import DIAGNOSIS_STEPS, VERDICT_STEPS, limit_work

LENET = Network.example("lenet5")
SOFTMAX = r"\frac{\exp(h^{3}_{e,q})}{\sum_{d=0}^{9} \exp(h^{3}_{e,d})}"
QUICK = 6
"""So many of the twins are tried always; a wrong one uses up the steps of a proof."""

TWINS = [
    (r"\delta^{h^{2}}_{e,q} = \delta^{r^{2}}_{e,q} step(h^{2}_{e,q})", "step(h^{2}", "step(h^{1}"),
    (
        r"\delta^{r^{2}}_{e,d} = \sum_q \delta^{h^{3}}_{e,q} W^{3}_{q,d}",
        "W^{3}_{q,d}",
        "W^{3}_{d,q}",
    ),
    (r"dC/dc^{3}_q = \sum_e \delta^{h^{3}}_{e,q}", r"= \sum_e", r"= N \sum_e"),
    (r"dC/dW^{3} = (\delta^{h^{3}})^T r^{2}", "r^{2}", "h^{2}"),
    (rf"\delta^{{h^{{3}}}}_{{e,q}} = \frac{{1}}{{N}} ({SOFTMAX} - [q = t_e])", "1}{N", "1}{10"),
    (rf"\delta^{{h^{{3}}}}_{{e,q}} = \frac{{1}}{{N}} ({SOFTMAX} - [q = t_e])", "- [q", "+ [q"),
    (
        r"dC/db^{2}_f = \sum_{e=0}^{N-1}\sum_{i=0}^{9}\sum_{j=0}^{9} \delta^{z^{2}}_{e,f,i,j}",
        "i=0}^{9}",
        "i=0}^{8}",
    ),
    (
        r"dC/dw^{2}_{f,g,m,n} = \sum_{e,i,j} \delta^{z^{2}}_{e,f,i,j} p^{1}_{e,g,i+m,j+n}",
        "i+m,j+n",
        "i+n,j+m",
    ),
    (
        r"\delta^{p^{1}}_{e,g,i,j} = \sum_{f,m,n} \delta^{z^{2}}_{e,f,i-m,j-n} w^{2}_{f,g,m,n}",
        "i-m,j-n",
        "i+m,j+n",
    ),
    (
        r"dC/dx_{e,0,i,j} = \sum_{f,m,n} \delta^{z^{1}}_{e,f,i-m+2,j-n+2} w^{1}_{f,0,m,n}",
        "i-m+2",
        "i-m",
    ),
    (
        r"\delta^{a^{1}}_{e,f,2d+m,2g+n} = \delta^{p^{1}}_{e,f,d,g} M^{1}_{e,f,d,g,m,n}",
        "d,g,m,n",
        "d,g,n,m",
    ),
    (r"\delta^{p^{2}}_{e,f,d,g} = \delta^v_{e,25f+5d+g}", "25f+5d+g", "25f+5g+d"),
]


@pytest.mark.parametrize(
    ("claim", "old", "new"),
    [*TWINS[:QUICK], *(pytest.param(*t, marks=pytest.mark.long) for t in TWINS[QUICK:])],
)
def test_what_is_proved_is_right_and_its_wrong_twin_is_left_open(claim, old, new):
    assert old in claim
    right, wrong = (
        check_claim(LENET, c, explain=False) for c in (claim, claim.replace(old, new, 1))
    )
    assert (right.verdict, right.evidence.kind) == ("right", "proved"), str(right)
    assert NO_NUMBERS in right.notes
    assert wrong.verdict == "undetermined", str(wrong)
    assert "products a pass, too many to try a claim on" in str(wrong)


@pytest.mark.parametrize(
    "claim", [r"\sum_{i=0}^{2} h^{2}_{0,90+i} = 0", r"\sum_{i=1}^{2} dC/dW^{3}_{9+i,0} = 0"]
)
def test_what_is_said_of_entries_that_do_not_exist_is_not_right(claim):
    verdict = LENET.check(claim)
    assert verdict.verdict == "not checked"
    assert "none of the entries that this is about exists" in verdict.notes


def test_numbers_of_a_network_that_is_too_large_cost_a_budget_and_no_more():
    everything = VERDICT_STEPS + DIAGNOSIS_STEPS
    with limit_work(10 * everything) as budget:
        verdict = check_claim(LENET, "dC/dx_{0,0,0,0} = 5", {"N": 1})
        assert budget.left >= 9 * everything
    assert verdict.verdict in {"not checked", "undetermined"}


def test_a_network_of_any_size_is_judged_without_its_entries():
    """Ten thousand million weights: none of them is drawn, counted or kept."""
    huge = Network.parse("input x 100000 | dense W 100000 bias b -> z | half_sse t -> C")
    assert huge.check(r"dC/dW_{q,r} = \delta^z_q x_r").verdict == "right"
    assert huge.check(r"dC/dW_{q,r} = \delta^z_r x_q").verdict == "undetermined"
    assert huge.check(r"dC/db = \delta^z").verdict == "right"
    assert huge.check(r"dC/db = 2 \delta^z").verdict == "undetermined"
