"""What is said about the claims of real posts, and about the same claims written otherwise."""

import json

import pytest
from kept_networks import judge_once, parse_once
from paths import DATA

from symconv import Network
from symconv.claims import (
    check_claim,
    check_post,
    exit_code,
    format_one_line,
    summarize_verdicts,
)
from symconv.documents.model.records import report_verdicts
from symconv.documents.writers.sarif import to_sarif

RECORDS = json.loads((DATA / "forum_cases.json").read_text("utf-8"))
TWO = parse_once("two-convs")
TRUE = "2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
SUMS = r"(i_1^1+i_2^1+i_4^1+i_5^1) * (w_1^2+w_2^2+w_3^2+w_4^2) * 2(o_1^2-y_1)"
POST = r"""
The filter and its output:

$$begin{pmatrix}i_{1}^1 & i_{2}^1 & i_{3}^1\ i_{4}^1 & i_{5}^1 & i_{6}^1\ i_{7}^1 & i_{8}^1 & i_{9}^1end{pmatrix} * begin{pmatrix}w_1^1 & w_2^1\ w_3^1 & w_4^1end{pmatrix} = begin{pmatrix}o_1^1 & o_2^1\ o_3^1 & o_4^1end{pmatrix}$$

Then

$$frac{partial C}{partial w_1^2} = frac{partial o^2}{partial w_1^2}frac{partial C}{partial o^2} = o_1^1 * 2(o^2_1 – y_1)$$,

$$frac{partial C}{partial w_1^1} = frac{partial o^1}{partial w_1^1}frac{partial C}{partial o^1}$$

with $$frac{partial o^1}{partial w_1^1} = (i_1^1 + i_2^1 + i_4^1 + i_5^1)$$
and $$frac{partial C}{partial o^1} = w_1^2 * 2(o_1^2 – y_1) + w_2^2 * 2(o_1^2 – y_1) + w_3^2 * 2(o_1^2 – y_1) + w_4^2 * 2(o_1^2 – y_1)$$
"""  # noqa: E501


def judged(record):
    return judge_once(record["network"], record["claim"], record["notation"], record["values"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_every_record_gets_its_verdict_and_its_mistake(record):
    verdict = judged(record)
    assert verdict.verdict == record["verdict"], str(verdict)
    if record["mistake"]:
        assert verdict.names[0] == record["mistake"], str(verdict)


def test_a_whole_post_is_judged_line_by_line():
    found = check_post(TWO, POST)
    assert [(v.line, v.verdict, v.names[:1]) for v in found] == [
        (4, "right", ()),
        (8, "right", ()),
        (10, "right", ()),
        (12, "wrong", ("summed_jacobian",)),
        (13, "wrong", ("summed_jacobian",)),
        (10, "wrong", ("product_of_sums",)),
    ]
    last = found[-1]
    assert last.terms == (16, 4)
    assert len(last.spurious) == 12
    assert not last.missing
    assert TRUE in last.truth
    assert "exchange of sums" in last.step
    assert exit_code(found) == 1
    assert summarize_verdicts(found) == "6 statements: 3 right, 3 wrong"
    assert format_one_line(found[3], "post.md").startswith(
        "post.md:12:8: wrong: summed_jacobian: the 4 components"
    )
    results = to_sarif([report_verdicts("post.md", found)])["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == [v.names[0] for v in found if v.causes]
    assert json.loads(json.dumps([v.data() for v in found]))


def test_numbers_at_a_point_where_the_cost_is_zero_do_not_pass_a_wrong_formula():
    values = {"i": [[0] * 3] * 3, "w^1": [[1, 2], [3, 4]], "w^2": [[1, 1], [1, 1]], "y": 0}
    assert check_claim(TWO, f"dC/dw_1^1 = {SUMS}", values).verdict == "wrong"


PATHS = "(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
KERNEL = r"\frac{\partial C}{\partial w^1_{p,q}} = "
EQUIVALENT = [
    f"dC/dw_1^1 = {TRUE}",
    "dC/dw_1^1 = (i_5 w_4^2 + i_4 w_3^2 + i_2 w_2^2 + i_1 w_1^2) * 2 * (o_1^2 - y_1)",
    "dC/dw_1^1 = -2(y_1 - o_1^2)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)",
    r"\frac{dC}{dw_1^{(1)}} = 2 o_1^2 " + PATHS + " - 2 y_1 " + PATHS,
    "∂C/∂w₁¹ = 2·(o₁² − y₁)·(i₁w₁² + i₂w₂² + i₄w₃² + i₅w₄²)",
    "dC/dw1_1 = 2*(o2_1 - y1)*(i1*w2_1 + i2*w2_2 + i4*w2_3 + i5*w2_4)",
    r"\frac{dC}{dw^1_{1,1}} = 2(o^2_{1,1}-y_{1,1})\sum_{a=1}^2\sum_{b=1}^2 i_{a,b} w^2_{a,b}",
    KERNEL + r"\sum_{u,v} \frac{\partial C}{\partial o^1_{u,v}} i_{u+p-1,v+q-1}",
    KERNEL + r"\sum_{u=1}^{2}\sum_{v=1}^{2} \delta^1_{3-u,3-v} i_{2-u+p,2-v+q}",
    KERNEL + r"\sum_{s=0}^{1}\sum_{t=0}^{1} \delta^1_{s+1,t+1} i_{s+p,t+q}",
    r"\frac{\partial C}{\partial w^{[1]}} = i \star \delta^{[1]}",
    r"\frac{d}{dw_1^1}(o_1^2 - y_1)^2 = " + TRUE,
]


@pytest.mark.parametrize("text", EQUIVALENT)
def test_the_same_formula_in_another_form_is_right(text):
    verdict = judge_once("two-convs", text)
    assert verdict, str(verdict)


SIGMOID = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        ("a_{i,j}(1-a_{i,j})", None),
        (r"\sigma'(z_{i,j})", None),
        (r"\sigma(z_{i,j})(1-\sigma(z_{i,j}))", None),
        (r"\sigma(z_{i,j})\sigma(-z_{i,j})", None),
        ("f'(z_{i,j})", None),
        (r"\frac{1}{1+\exp(-z_{i,j})}(1-\frac{1}{1+\exp(-z_{i,j})})", None),
        ("1", "missing_derivative"),
        (r"\sigma'(a_{i,j})", "derivative_at_output"),
        ("a_{i,j}", "value_for_derivative"),
        ("(a_{i,j}(1-a_{i,j}))^2", "activation_twice"),
    ],
)
def test_the_derivative_of_sigmoid_in_every_form(factor, cause):
    claim = r"\frac{\partial E}{\partial z_{i,j}} = (a_{i,j} - t_{i,j}) " + factor
    verdict = check_claim(SIGMOID, claim)
    assert bool(verdict) is (cause is None), str(verdict)
    assert cause is None or cause in verdict.names, str(verdict)


BATCH = "input x 3x2x4x4 | conv w 2x2 channels 2 bias b -> z | relu -> a | mse t -> L"
MISTAKES = [
    ("two-convs", "dC/dw_1^1 = -" + TRUE, "sign"),
    ("two-convs", "dC/dw_1^1 = " + TRUE[1:], "missing_two"),
    ("two-convs", r"dC/dw_1^1 = 2(o_1^2-y_1)(i_1 w_4^2 + i_2 w_3^2 + i_4 w_2^2 + i_5 w_1^2)",
     "missing_flip"),
    ("two-convs", r"dC/dw_1^1 = 2(o_1^2-y_1)(i_5 w_4^2 + i_6 w_3^2 + i_8 w_2^2 + i_9 w_1^2)", None),
    ("two-convs", r"dC/dw_1^1 = 2(o_1^2-y_1)(i_2 w_1^2 + i_3 w_2^2 + i_5 w_3^2 + i_6 w_4^2)",
     "another_question"),
    ("two-convs", r"dC/dw_1^1 = 2(o_1^2-y_1) i_1 w_1^2", "one_output_only"),
    ("two-convs", r"dC/dw_1^1 = i_1 + i_2 + i_4 + i_5", "upstream_forgotten"),
    ("two-convs", r"dC/do_1^1 = 2(o_1^2-y_1) w_4^2", "kernel_flip"),
    ("two-convs", r"dC/dw^2_{p,q} = 2(o_1^2-y_1) o^1_{q,p}", "transposed"),
    (BATCH, r"dL/db_f = \delta^z_{n,f,i,j}", "bias_not_summed"),
    (BATCH, r"dL/db_f = \sum_{i,j} \delta^z_{0,f,i,j}", "missing_batch_sum"),
    (BATCH, r"dL/dw_{f,c,m,n} = \sum_{i,j} \delta^z_{0,f,i,j} x_{0,c,i+m,j+n}",
     "missing_batch_sum"),
    (BATCH, r"dL/dx_{b,c,i,j} = \sum_{m,n} \delta^z_{b,0,i-m,j-n} w_{0,c,m,n}",
     "missing_channel_sum"),
    (BATCH, r"dL/da_{b,f,i,j} = 2(a_{b,f,i,j} - t_{b,f,i,j})", "sum_for_mean"),
    ("input x 4x4 | maxpool 2 -> p | sse t -> C",
     r"dC/dx_{2 i+m,2 j+n} = 2(p_{i,j}-t_{i,j})", None),
    ("input x 5x5 | conv w 3x3 stride 2 padding 1 -> z | sse t -> C",
     r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+m-1,j+n-1}", "stride_ignored"),
    ("input x 5x5 | conv w 3x3 stride 2 padding 1 -> z | sse t -> C",
     r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{2 i+m,2 j+n}", "padding_ignored"),
    ("input x 5x5 | conv w 2x2 -> z | sse t -> C",
     r"dC/dw_{m,n} = \sum_{i=0}^{2}\sum_{j=0}^{2} \delta_{i,j} x_{i+m,j+n}", "window_clipped"),
    ("input x 5x5 | conv w 2x2 -> z | sse t -> C",
     r"dC/dx_{i,j} = \sum_{m,n} \delta_{i+m,j+n} w_{m,n}", None),
    ("input x 4x4 | conv w 1x1 -> z | avgpool 2 -> p | sse t -> C",
     r"dC/dz = \begin{pmatrix}0\end{pmatrix}", None),
]  # fmt: skip


@pytest.mark.parametrize(("network", "text", "name"), MISTAKES)
def test_the_mistake_is_named(network, text, name):
    verdict = judge_once(network, text)
    assert not verdict
    assert name is None or name in verdict.names, str(verdict)


SOFTMAX = Network.parse("input x 4 | softmax -> p | sse t -> L")


@pytest.mark.parametrize(
    ("right", "name"),
    [
        (r"p_i (\delta^p_i - \sum_k \delta^p_k p_k)", None),
        (r"p_i (1 - p_i) \delta^p_i - \sum_{k \neq i} p_i p_k \delta^p_k", None),
        (r"p_i \sum_k (\delta^p_i - \delta^p_k) p_k", None),
        (r"p_i (1 - p_i) \delta^p_i", "softmax_diagonal"),
        (r"p_i \delta^p_i", "softmax_coupling"),
    ],
)
def test_the_gradient_of_softmax(right, name):
    verdict = check_claim(SOFTMAX, rf"\frac{{\partial L}}{{\partial x_i}} = {right}")
    assert bool(verdict) is (name is None), str(verdict)
    assert name is None or name in verdict.names, str(verdict)


ERRORS = [
    ("dC/dw_1^1 = 2(o_1^2-y_1) w_5^2", "'w^2' is 2 x 2; index 5 is outside", "valid: 1..4", "5"),
    ("dC/dw_1^3 = 1", "'w' has no layer 3", "layers of w: 1, 2", "3"),
    ("dC/dw_3 = 1", "which layer of 'w'?", "w^1 or w^2", "w_3"),
    (
        r"dC/dw_1^1 = \fracc{1}{2}",
        "the command '\\fracc' is not read",
        "did you mean 'frac'?",
        r"\fracc",
    ),
    ("dC/dw_1^1 = (i_1 + i_2", "')' is missing here", ")", ""),
    ("dC/dw_1^1 = i_1^2^3", "two superscripts in a row", "(o_1^2)^2", "^"),
    ("dC/dw_1^1 2", "there is no '='", "dC/dw_1 = ...", ""),
    ("dC/dw_1^1 = i_1 @ # 3", "the character '#' has no meaning", "usual LaTeX", "#"),
    ("dC/dw_1^1 = 1e999", "exponent 999 is too large", "at most 300", "1e999"),
]


@pytest.mark.parametrize(("text", "message", "hint", "under"), ERRORS)
def test_an_error_shows_the_place_and_what_would_be_right(text, message, hint, under):
    verdict = check_claim(TWO, text)
    assert verdict.verdict == "unreadable"
    said = verdict.notes[0].split("\n")
    assert message in said[0]
    assert hint in said[3]
    caret = said[2].index("^")
    assert said[1][caret:].startswith(under)


@pytest.mark.parametrize(
    ("text", "kind", "verdict"),
    [
        ("w_1^1 = -0.13", "given value", "not checked"),
        (
            r"\begin{pmatrix}w_1^1&w_2^1\\w_3^1&w_4^1\end{pmatrix} = [1,2;3,4]",
            "given value",
            "not checked",
        ),
        ("o^1_{u,v} = \\sum_{m,n} w^1_{m,n} i_{u+m-1,v+n-1}", "architecture", "right"),
        ("o^1_{u,v} = \\sum_{m,n} w^1_{m,n} i_{u+m-1,v+n-1} + b", "architecture", "not checked"),
        ("q_k = o_k^1 - y_1", "definition", "not checked"),
        (
            "w_1^{1(t+1)} = w_1^{1(t)} - \\eta \\frac{\\partial C}{\\partial w_1^1}",
            "update",
            "right",
        ),
        (
            "w_1^{1(t+1)} = w_1^{1(t)} + \\eta \\frac{\\partial C}{\\partial w_1^1}",
            "update",
            "wrong",
        ),
        ("dC/dw_1^1 = 7", "claim", "not checked"),
    ],
)
def test_a_statement_is_reported_as_what_it_is(text, kind, verdict):
    found = check_claim(TWO, text)
    assert (found.kind, found.verdict) == (kind, verdict), str(found)


def test_the_reading_is_echoed():
    verdict = check_claim(TWO, "dC/dw_1^2 = o_1^1 2(o_1^2 - y_1)")
    assert verdict.reading == "∂C/∂w_1^2 = o_1^1*2*(o_1^2 - y_1)"
    assert "read o^2 as o of layer 2, not as a power" in verdict.notes


def test_the_values_of_a_post_feed_its_statements():
    network = Network.example("relu-filter")
    given = "x = [[1,-1,0],[0,1,0],[0,-1,1]]\nw = [[1,-1],[1,1]]\nt = [[1,0],[0,1]]\n"
    text = given + "dC/dw = [[-2,2],[0,-2]]\n"
    found = check_post(network, text)
    assert [v.verdict for v in found] == ["not checked"] * 3 + ["wrong"]
    assert found[-1].names[0] == "sign"


def test_indices_are_linted():
    verdict = check_claim(
        TWO, r"\frac{\partial C}{\partial w^2_{p,q}} = \sum_{p,q} 2(o_1^2-y_1) o^1_{p,q}"
    )
    assert not verdict
    assert any("free in part 1 and summed over" in note for note in verdict.notes)


def test_indices_from_the_other_end_are_a_condition():
    verdict = check_claim(
        SIGMOID, r"dE/dw_{2,2} = \sum_{i=1}^{2}\sum_{j=1}^{2} \delta^z_{i,j} x_{i+1,j+1}"
    )
    assert "1" in " ".join(verdict.notes)
    assert verdict.verdict in {"right", "right under a condition"}
