"""Sums without limits: over entries, over the window of a layer, over what exists, or refused."""

import pytest

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.evaluation import index_ranges

AVERAGE = "input x 4x4 | avgpool 2 stride 1 -> p | sse t -> C"
PADDED = "input x 4x4 | avgpool 3 stride 1 padding 1 -> p | sse t -> C"
STRIDED = "input x 6x6 | avgpool 3 stride 2 -> p | sse t -> C"
OPEN = "input x NxQxHxW | avgpool 2 stride 1 -> p | sse t -> C"
LARGEST = "input x 4x4 | maxpool 2 stride 1 -> p | sse t -> C"
CONV = "input x 5x5 | conv w 2x2 -> z | sse t -> C"
BOTH = "input x 5x5 | conv w 3x3 -> z | avgpool 2 stride 1 -> p | sse t -> C"
DENSE = "input x 4 | dense w 3 -> z | sse t -> C"
UPSTREAM = r"\frac{\partial C}{\partial p_{i-m,j-n}}"
SLOPE = r"\frac{\partial p_{i-m,j-n}}{\partial x_{i,j}}"
BACK = r"dC/dx_{i,j} = \frac14 \sum_{m,n} \delta_{i-m,j-n}"
WINDOW = "the sum over m is read as 0..{}, the range of the window"
EXISTING = "the sum over i is read as all values for which the entries exist"

READ = [
    (AVERAGE, BACK, WINDOW.format(1)),
    (AVERAGE, r"p_{i,j} = \frac14 \sum_{m,n} x_{i+m,j+n}", WINDOW.format(1)),
    (AVERAGE, r"dC/dx_{i,j} = \frac14 \sum_{m,n} 2(p_{i-m,j-n} - t_{i-m,j-n})", WINDOW.format(1)),
    (AVERAGE, rf"dC/dx_{{i,j}} = \sum_{{m,n}} {UPSTREAM} {SLOPE}",
     WINDOW.format(1)),
    (AVERAGE, r"dC/dx_{i,j} = \frac14 \sum_{m=-1} \sum_{n=-1} \delta_{i-m-1,j-n-1}",
     "the sum over m is read as -1..0, the range of the window"),
    (STRIDED, r"dC/dx_{i,j} = \frac19 \sum_{m,n} \delta_{(i-m)/2,(j-n)/2}", WINDOW.format(2)),
    (OPEN, r"dC/dx_{b,c,i,j} = \frac14 \sum_{m,n} \delta_{b,c,i-m,j-n}", WINDOW.format(1)),
    (LARGEST, rf"dC/dx_{{i,j}} = \sum_{{m,n}} \delta_{{i-m,j-n}} {SLOPE}", WINDOW.format(1)),
    (BOTH, r"dC/dz_{i,j} = \frac14 \sum_{m,n} \delta^p_{i-m,j-n}", WINDOW.format(1)),
    (BOTH, r"p_{i,j} = \frac14 \sum_{m,n} z_{i+m,j+n}", WINDOW.format(1)),
    (CONV, r"dC/dx_{i,j} = \sum_{m,n} \delta_{i-m,j-n} w_{m,n}", "the sum over m is read as 0..1"),
    (CONV, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i-2m,j-2n} x_{i-m,j-n}", EXISTING),
    (DENSE, r"x_0 + x_2 = \sum_i x_{2i}", "the sum over i is read as 0..1"),
    (DENSE, r"x_0 + x_1 + x_2 + x_3 + 4 = \sum_i (x_{i+1} + 1)", "the sum over i is read as -1..2"),
    (DENSE, r"x_k + x_0 + x_1 + x_2 + x_3 + 4 = x_k + \sum_i (x_{i-k} + 1)", EXISTING),
]  # fmt: skip


@pytest.mark.parametrize(("network", "text", "note"), READ)
def test_a_sum_without_limits_is_read_as_it_is_meant_and_it_is_said(network, text, note):
    verdict = check_claim(Network.parse(network, "ij0"), text)
    assert verdict.verdict == "right", str(verdict)
    assert note in verdict.notes


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (AVERAGE, BACK.replace("frac14", "frac12")),
        (AVERAGE, BACK.replace("i-m", "i+m")),
        (AVERAGE, r"p_{i,j} = \frac14 \sum_{m,n} x_{i-m,j-n}"),
        (STRIDED, r"dC/dx_{i,j} = \frac19 \sum_{m,n} \delta_{i-m,j-n}"),
        (BOTH, r"dC/dx_{i,j} = \sum_{m,n} \delta^z_{i-m,j-n}"),
        (CONV, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i-2m,j-2n} x_{i-m,j+n}"),
        (DENSE, r"x_0 + x_1 + x_2 + x_3 + 5 = \sum_i (x_{i+1} + 1)"),
    ],
)
def test_a_mistake_under_such_a_sum_is_found(network, text):
    verdict = check_claim(Network.parse(network, "ij0"), text)
    assert verdict.verdict == "wrong"
    assert verdict.counterexample


@pytest.mark.parametrize(
    ("network", "notation", "text", "said", "hint"),
    [
        (AVERAGE, "ij1", BACK, "its window may start at several places", r"\sum_{m=1}^{2}"),
        (AVERAGE, "flat1", BACK, "its window may start at several places", r"\sum_{m=1}^{2}"),
        (PADDED, "ij0", BACK, "its window may start at several places", r"\sum_{m=0}^{2}"),
        (BOTH, "ij0", r"dC/dz_{i,j} = \sum_{m,n} z_{i+m,j+n} \delta^z_{i-m,j-n}",
         "it may run over windows of 2 or 3", r"\sum_{m=0}^{1}"),
        (DENSE, "ij0", r"\sum_{m,n} x_{m+n} = x_0 + x_1", "nothing here says where it ends",
         r"\sum_{m=0}^{3}"),
    ],
)  # fmt: skip
def test_a_sum_that_may_mean_several_things_is_refused_at_its_place(
    network, notation, text, said, hint
):
    verdict = check_claim(Network.parse(network, notation), text)
    assert verdict.verdict == "unreadable"
    (note,) = verdict.notes
    first, shown, below, last = note.split("\n")
    assert first == f"the sum over m has no limits, and {said}"
    assert shown[below.index("^")] == "m"
    assert last == f"  = help: {hint}"


@pytest.mark.parametrize(
    "limits",
    ["_{m=0}^{10^{9}}", "_{m=-10^{9}}^{10^{9}}", "_{m=0}^{1099511627776*1099511627776}"],
)
@pytest.mark.parametrize("entry", [r"\delta_{i-m,j}", "x_{m,m}", "1"])
def test_a_sum_of_too_many_terms_is_refused_before_it_is_made(limits, entry):
    verdict = check_claim(Network.parse(AVERAGE, "ij0"), rf"dC/dx_{{i,j}} = \sum{limits} {entry}")
    assert verdict.verdict == "unreadable"
    assert verdict.notes[0].startswith("a sum of ")


@pytest.mark.parametrize("low", [r"=-10^{9}", r"=10^{9}", r"=-1099511627776*1099511627776"])
def test_a_limit_far_away_from_what_exists(low):
    text = rf"dC/dx_{{i,j}} = \sum_{{m{low}}} \delta_{{m,j}}"
    assert check_claim(Network.parse(AVERAGE, "ij0"), text).verdict in {"unreadable", "wrong"}


@pytest.mark.parametrize(
    "text",
    [
        r"dC/dx_{i,j} = \frac14 \sum_{m=1,n=1} \delta_{i-m+1,j-n+1}",
        r"dC/dx_{i,j} = \frac14 \sum_{m,n=0} \delta_{i-m,j-n}",
        r"dC/dx_{i,j} = \frac14 \sum_m^1 \sum_n^1 \delta_{i-m,j-n}",
        r"dC/dx_{i,j} = \frac14 \sum_{m=0}^1 \sum_{n=1}^2 \delta_{i-m,j-n+1}",
    ],
)
def test_one_limit_says_where_the_window_is(text):
    assert check_claim(Network.parse(AVERAGE, "ij1"), text).verdict == "right"


def test_the_range_of_an_index_is_worked_out_once_where_it_does_not_change(monkeypatch):
    asked = []
    plain = index_ranges.resolve_range
    monkeypatch.setattr(
        index_ranges, "resolve_range", lambda *at: asked.append(at[0].name) or plain(*at)
    )
    network = Network.parse("input u 2x2x4x4 | conv k 2x2 channels 2 -> h")
    claim = r"dC/dk_{f,c,m,n} = \sum_{b,i,j} \delta_{b,f,i,j} u_{b,c,i+m,j+m}"
    assert check_claim(network, claim).verdict == "wrong"
    # Three indices, at the values of m and n that they stand beside, at a dozen choices of numbers
    # and two readings of delta; every term of every sum asked for them before, some 10,000 times.
    assert len(asked) < 300
