"""Every right says what it rests on, and what could not be covered is no right."""

import json

import pytest

from symconv import Network
from symconv.claims import check_claim, check_post
from symconv.claims.model.evidence import PROVED, TESTED
from symconv.documents.model.records import report_verdicts
from symconv.documents.writers.sarif import to_sarif

OPEN = "input u NxQxHxW | conv w k1xk2 channels F bias g -> z | half_sse t -> E"
RELU = "input u 12 | relu -> a | half_sse t -> E"


def test_a_contraction_is_proved_for_all_sizes():
    claim = r"dE/dg_f = \sum_{b=0}^{N-1}\sum_{i=0}^{H-k1}\sum_{j=0}^{W-k2} \delta^z_{b,f,i,j}"
    verdict = check_claim(Network.parse(OPEN), claim)
    assert verdict.evidence.kind == PROVED
    assert "for all F, H, N, Q, W, k1, k2" in str(verdict.evidence)
    assert "rests on: a proof" in str(verdict)


def test_a_trial_says_what_it_covered():
    verdict = check_claim(Network.parse(RELU), "dE/da_i + relu(t_i) = a_i + relu(-t_i)")
    evidence = verdict.evidence
    assert verdict.verdict == "right"
    assert evidence.kind == TESTED
    assert "both sides of every switch" in evidence.covered
    assert 0 < evidence.bound < 1e-12
    assert evidence.choices >= 12


def test_open_sizes_name_the_sizes_that_were_tried():
    network = Network.parse("input u NxC | relu -> a | half_sse t -> E")
    verdict = check_claim(network, "dE/da_{n,c} + relu(t_{n,c}) = a_{n,c} + relu(-t_{n,c})")
    assert verdict.verdict == "right"
    assert any("choices of sizes (C 1.." in said for said in verdict.evidence.covered)


def test_numbers_that_are_given_are_worked_out_exactly():
    network = Network.parse("input u 2 | half_sse t -> E")
    verdict = check_claim(network, "dE/du = [1, 2]", {"u": [2, 3], "t": [1, 1]})
    assert verdict.verdict == "right"
    assert verdict.evidence.bound == 0
    assert "exactly" in str(verdict.evidence)


@pytest.mark.parametrize(("top", "said"), [(70, "sizes near 70"), (1000, "more than 1 s")])
def test_a_number_beyond_all_sizes_leaves_a_claim_open(top, said):
    network = Network.parse("input x Q batch N | dense W F bias b -> z | half_sse t -> E")
    claim = rf"dE/db_f = \sum_{{n=0}}^{{{top}}} (z_{{n,f}} - t_{{n,f}})"
    verdict = check_claim(network, claim)
    assert verdict.verdict == "undetermined"
    assert said in str(verdict)


def test_the_record_is_in_json_and_in_sarif():
    network = Network.parse("input u 5 | half_sse t -> E")
    found = check_post(network, "$dE/du_i = u_i - t_i$\n\n$dE/du_i = u_i$")
    data = json.loads(json.dumps([v.data() for v in found]))
    assert data[0]["evidence"]["kind"] == PROVED
    assert set(data[0]["evidence"]) == {"kind", "covered", "not_covered", "choices", "bound"}
    assert data[1]["evidence"] is None
    run = to_sarif([report_verdicts("post.md", found)])["runs"][0]
    assert run["properties"]["right"][0]["evidence"]["kind"] == PROVED
    assert len(run["results"]) == 1


@pytest.mark.parametrize(
    ("network", "claim"),
    [
        ("input u 28x28 | conv w 5x5 -> z | maxpool 2 -> p | sse t -> C",
         r"dC/du_{i,j} = \sum_{m,n} \delta^z_{i-m,j-n} w_{m,n}"),
        ("input x 80x90 | relu -> z | half_sse t -> E",
         "dE/dz_{i,j} + relu(t_{i,j}) = z_{i,j} + relu(-t_{i,j})"),
        (OPEN, r"dE/dw_{f,c,m,n} = \sum_{b,i,j} \delta^z_{b,f,i,j} u_{b,c,i+m,j+n}"),
    ],
)  # fmt: skip
def test_the_budget_does_not_keep_a_right_claim_from_its_verdict(network, claim):
    assert check_claim(Network.parse(network), claim).verdict == "right"
