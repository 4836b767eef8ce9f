"""Every mistake on the list names itself, first, and says where in the derivation it enters."""

import pytest

from symconv import Network
from symconv.claims import check_claim

TWO = Network.example("two-convs")
CONV = Network.parse("input x 3x3 | conv w 2x2 bias b -> z | sse t -> C", "ij0")
SIGMOID = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")
RELU = Network.parse("input x 3x3 | conv w 2x2 -> z | relu -> y | sse t -> C", "ij0")
STRIDE = Network.parse("input x 5x5 | conv w 3x3 stride 2 padding 1 -> z | sse t -> C", "ij0")
DILATED = Network.parse("input x 5x5 | conv w 2x2 dilation 2 -> z | sse t -> C", "ij0")
POOL = Network.parse("input x 4x4 | maxpool 2 -> p | sse t -> C", "ij0")
POOL1 = Network.parse("input x 4x4 | maxpool 2 -> p | sse t -> C", "ij1")
OVERLAP = Network.parse("input x 4x4 | maxpool 2 stride 1 -> p | sse t -> C", "ij0")
AVERAGE = Network.parse("input x 4x4 | avgpool 2 -> p | sse t -> C", "ij0")
SOFTMAX = Network.parse("input x 4 | softmax -> p | sse t -> L", "ij0")
DENSE = Network.parse("input x 2 | dense W 2 bias b -> h | tanh -> a | sse t -> L", "ij0")
BATCH = Network.parse("input x 3x2x4x4 | conv w 2x2 channels 2 bias b -> z | mse t -> L", "ij0")
NORM = Network.parse("input x 2x1x2x2 | batchnorm -> y | sse t -> L", "ij0")
BRANCH = Network.parse("input x 2 | tanh -> a | add x -> s | sse t -> L", "ij0")

TRUTH = "(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
OVERWRITTEN = r"""dC/dx = [
[\delta_{0,0} w_{0,0}, \delta_{0,1} w_{0,0}, \delta_{0,1} w_{0,1}],
[\delta_{1,0} w_{0,0}, \delta_{1,1} w_{0,0}, \delta_{1,1} w_{0,1}],
[\delta_{1,0} w_{1,0}, \delta_{1,1} w_{1,0}, \delta_{1,1} w_{1,1}]]""".replace("\n", " ")
REPEATED = (
    r"dC/dx_{u,v} = \sum_{m,n} \sum_{r=0}^1 \sum_{s=0}^1 "
    r"\delta_{(u+1-m-r)/2,(v+1-n-s)/2} w_{m,n}"
)

FLIPS = [
    (SIGMOID, r"dE/dx_{i,j} = \sum_{m,n} \delta^z_{i+m,j+n} w_{m,n}", "no_flip"),
    (TWO, r"dC/di_{u,v} = \sum_{m,n} \delta^{[1]}_{u+m,v+n} w^1_{m,n}", "no_flip"),
    (SIGMOID, r"dE/dx = correlate2d(\delta^z, w, 'full')", "missing_flip"),
    (SIGMOID, r"dE/dx = convolve2d(\delta^z, rot180(w), 'full')", "double_flip"),
    (SIGMOID, r"dE/dw = convolve2d(x, \delta^z, 'valid')", "missing_flip"),
    (SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{1-i,1-j} x_{i+m,j+n}", "missing_flip"),
    (SIGMOID, r"dE/dw = rot180(correlate2d(x, \delta^z, 'valid'))", "needless_flip"),
    (SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{i+1-m,j+1-n}", "flipped_result"),
    (SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{2-i-m,2-j-n}", "flipped_input"),
    (SIGMOID, r"dE/dw_{m,n} = \sum_{i,j} \delta^z_{i,j} x_{i-m,j-n}", "turned_index"),
    (
        SIGMOID,
        r"dE/dx_{i,j} = \sum_{m=0}^1 \sum_{n=0}^1 \delta^z_{i-m,j-n} w_{1-m,1-n}",
        "kernel_flip",
    ),
]
SUMS = [
    (TWO, "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2-y_1)", "product_of_sums"),
    (TWO, "do^1/dw_1^1 = i_1 + i_2 + i_4 + i_5", "summed_jacobian"),
    (TWO, "dC/dw_1^1 = 2(o_1^2-y_1) i_1 w_1^2", "one_output_only"),
    (
        BATCH,
        r"dL/dw_{f,c,m,n} = \sum_{i,j} \delta^z_{0,f,i,j} x_{0,c,i+m,j+n}",
        "missing_batch_sum",
    ),
    (BATCH, r"dL/db_f = \delta^z_{n,f,i,j}", "bias_not_summed"),
    (CONV, r"dC/db = \delta^z_{0,0}", "bias_not_summed"),
    (
        BATCH,
        r"dL/dx_{b,c,i,j} = \sum_{m,n} \delta^z_{b,0,i-m,j-n} w_{0,c,m,n}",
        "missing_channel_sum",
    ),
]
ACTIVATIONS = [
    (SIGMOID, r"dE/dz_{i,j} = a_{i,j} - t_{i,j}", "missing_derivative"),
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) \sigma'(a_{i,j})", "derivative_at_output"),
    (DENSE, r"dL/dh_q = 2(a_q - t_q) (1 - tanh(a_q)^2)", "derivative_at_output"),
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) (a_{i,j}(1-a_{i,j}))^2", "activation_twice"),
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) a_{i,j}", "value_for_derivative"),
    (SIGMOID, r"dE/dz_{i,j} = a_{i,j} (1 - a_{i,j})", "upstream_forgotten"),
    (SIGMOID, r"dE/dz_{i,j} = a_{i,j} - t_{i,j} + a_{i,j}(1 - a_{i,j})", "upstream_added"),
    (DENSE, r"dL/dW_{q,r} = \delta^h_q + x_r", "upstream_added"),
]
FACTORS = [
    (TWO, f"dC/dw_1^1 = 2(y_1-o_1^2) {TRUTH}", "sign"),
    (TWO, f"dC/dw_1^1 = (o_1^2-y_1) {TRUTH}", "missing_two"),
    (SIGMOID, r"dE/da_{i,j} = 2(a_{i,j} - t_{i,j})", "extra_two"),
    (BATCH, r"dL/dz_{b,f,i,j} = 2(z_{b,f,i,j} - t_{b,f,i,j})", "sum_for_mean"),
    (CONV, r"dC/dz_{i,j} = (z_{i,j} - t_{i,j})/2", "mean_for_sum"),
    (RELU, r"dC/dw_{m,n} = \sum_{i,j} 2(t_{i,j}-y_{i,j}) x_{i+m,j+n}", "missing_derivative"),
]
PLACES = [
    (STRIDE, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+m-1,j+n-1}", "stride_ignored"),
    (STRIDE, r"dC/dx_{u,v} = \sum_{m,n} \delta_{u+1-m,v+1-n} w_{m,n}", "stride_ignored"),
    (STRIDE, r"dC/dx_{u,v} = \sum_{m,n} \delta_{u+1-2m,v+1-2n} w_{m,n}", "kernel_dilated"),
    (STRIDE, r"dC/dx_{u,v} = \sum_{m,n} \delta_{(u+1-m)/3,(v+1-n)/3} w_{m,n}", "dilated_too_far"),
    (
        STRIDE,
        REPEATED,
        "signal_repeated",
    ),
    (STRIDE, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{2i+m,2j+n}", "padding_ignored"),
    (DILATED, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+m,j+n}", "dilation_ignored"),
    (CONV, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+m+1,j+n+1}", "offset_by_one"),
    (CONV, r"dC/dw_{m,n} = \sum_{i=0}^1 \delta_{i,0} x_{i+m,n}", "window_clipped"),
    (CONV, OVERWRITTEN, "overlap_overwritten"),
    (CONV, r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+n,j+m}", "transposed"),
    (DENSE, r"dL/dx_r = \sum_q W_{r,q} \delta^h_q", "transposed"),
    (DENSE, r"dL/dx = W \delta^h", "transposed"),
    (
        BATCH,
        r"dL/dx_{b,c,i,j} = \sum_{f,m,n} \delta^z_{b,f,i-m,j-n} w_{c,f,m,n}",
        "channels_swapped",
    ),
    (
        TWO,
        "dC/dw_1^1 = 2(o_1^2-y_1)(i_2 w_1^2 + i_3 w_2^2 + i_5 w_3^2 + i_6 w_4^2)",
        "another_question",
    ),
]
POOLS = [
    (POOL, r"dC/dx_{2i+m,2j+n} = 2(p_{i,j}-t_{i,j})", "pool_spread"),
    (POOL1, r"dC/dx_{2i+m-2,2j+n-2} = \delta_{i,j}", "pool_spread"),
    (POOL, r"dC/dx_{2i+m,2j+n} = \delta_{i,j}/4", "pool_averaged"),
    (OVERLAP, r"dC/dx_{i,j} = \sum_{m=0}^1 \sum_{n=0}^1 \delta_{i-m,j-n}", "pool_spread"),
    (POOL, r"dC/dx_{2i,2j} = \delta_{i,j}", "pool_spread"),
    (AVERAGE, r"dC/dx_{2i+m,2j+n} = \delta_{i,j}", "average_missing"),
]
OTHERS = [
    (SOFTMAX, r"dL/dx_i = p_i (1 - p_i) \delta^p_i", "softmax_diagonal"),
    (SOFTMAX, r"dL/dx_i = p_i \delta^p_i", "softmax_coupling"),
    (
        NORM,
        r"dL/dx_{b,c,i,j} = 2(y_{b,c,i,j} - t_{b,c,i,j}) / \sqrt{\nu_c + 1/100000}",
        "statistics_constant",
    ),
]
WRONG = [*FLIPS, *SUMS, *ACTIVATIONS, *FACTORS, *PLACES, *POOLS, *OTHERS]


@pytest.mark.parametrize(("network", "text", "name"), WRONG)
def test_the_mistake_is_named_first(network, text, name):
    verdict = check_claim(network, text)
    assert not verdict, str(verdict)
    assert verdict.names[:1] == (name,), str(verdict)
    assert verdict.step.startswith("step "), str(verdict)
    assert verdict.causes[0].where == verdict.step


RIGHT = [
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) a_{i,j} (1 - a_{i,j})"),
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) \sigma'(z_{i,j})"),
    (DENSE, r"dL/dh_q = 2(a_q - t_q) (1 - a_q^2)"),
    (SIGMOID, r"dE/dx = convolve2d(\delta^z, w, 'full')"),
    (SIGMOID, r"dE/dx = correlate2d(\delta^z, rot180(w), 'full')"),
    (SIGMOID, r"dE/dw = convolve2d(x, rot180(\delta^z), 'valid')"),
    (STRIDE, r"dC/dx_{u,v} = \sum_{m,n} \delta_{(u+1-m)/2,(v+1-n)/2} w_{m,n}"),
    (POOL, r"dC/dx_{2i+m,2j+n} = \delta_{i,j} M_{i,j,m,n}"),
    (POOL1, r"dC/dx_{2i+m-2,2j+n-2} = \delta_{i,j} M_{i,j,m,n}"),
    (AVERAGE, r"dC/dx_{2i+m,2j+n} = \delta_{i,j}/4"),
    (RELU, r"dC/dz_{i,j} = \begin{cases} \delta^y_{i,j} & z_{i,j} > 0 \\ 0 & else \end{cases}"),
    (DENSE, r"dL/dx = W^T \delta^h"),
]


@pytest.mark.parametrize(("network", "text"), RIGHT)
def test_what_looks_like_a_mistake_is_right(network, text):
    assert check_claim(network, text), str(check_claim(network, text))


TIES = r"\begin{cases} \delta_{i,j} & x_{2i+m,2j+n} = p_{i,j} \\ 0 & otherwise \end{cases}"
SLOPE = r"\begin{cases} \delta^y_{i,j} & z_{i,j} \ge 0 \\ 0 & z_{i,j} < 0 \end{cases}"
CONDITIONS = [
    (POOL, r"dC/dx_{2i+m,2j+n} = " + TIES, "tie_rule", "selection"),
    (RELU, r"dC/dz_{i,j} = " + SLOPE, "relu_at_zero", "pointwise derivative"),
    (RELU, r"dC/dz_{0,0} = 0", "dead_relu", ""),
    (SIGMOID, r"\frac{\partial E}{\partial x} = \delta^z * w", "star_meaning", "sifting"),
    (SIGMOID, r"\frac{\partial E}{\partial x} = \delta^z * rot180(w)", "star_meaning", "sifting"),
    (SIGMOID, r"\frac{\partial E}{\partial w} = x * rot180(\delta^z)", "star_meaning", "exchange"),
    (
        SIGMOID,
        r"dE/dw_{2,2} = \sum_{i=1}^{2}\sum_{j=1}^{2} \delta^z_{i,j} x_{i+1,j+1}",
        "index_base",
        "",
    ),
    (TWO, f"dC/dw_1^1 = (o_1^2-y_1) {TRUTH}", "missing_two", "pointwise derivative"),
    (BATCH, r"dL/dz_{b,f,i,j} = 2(z_{b,f,i,j} - t_{b,f,i,j})", "sum_for_mean", "definition"),
]


@pytest.mark.parametrize(("network", "text", "name", "rule"), CONDITIONS)
def test_a_convention_is_a_condition(network, text, name, rule):
    verdict = check_claim(network, text)
    assert verdict.verdict == "right under a condition", str(verdict)
    assert verdict.names[0] == name
    assert rule in verdict.step
    assert "right" in verdict.causes[0].text


def test_equal_maxima_in_numbers_show_the_tie_rule():
    values = {"x": [[1, 1, 0, 0], [0, 0, 2, 0], [3, 0, 0, 0], [0, 0, 0, 4]], "t": [[0, 0], [0, 0]]}
    every = "[[2,2,0,0],[0,0,4,0],[6,0,0,0],[0,0,0,8]]"
    last = "[[0,2,0,0],[0,0,4,0],[6,0,0,0],[0,0,0,8]]"
    first = "[[2,0,0,0],[0,0,4,0],[6,0,0,0],[0,0,0,8]]"
    assert check_claim(POOL, f"dC/dx = {first}", values)
    # With the numbers given there are equal maxima: which one wins is a convention, all is none.
    for claim, word, judged in (
        (every, "to all", "wrong"),
        (last, "the last", "right under a condition"),
    ):
        verdict = check_claim(POOL, f"dC/dx = {claim}", values)
        assert (verdict.verdict, verdict.names[0]) == (judged, "tie_rule")
        assert word in verdict.causes[0].text


def test_two_mistakes_at_once_are_both_named():
    verdict = check_claim(RELU, r"dC/dw_{m,n} = \sum_{i,j} 2(t_{i,j}-y_{i,j}) x_{i+m,j+n}")
    assert verdict.verdict == "wrong"
    assert verdict.names == ("missing_derivative", "sign")


def test_a_claim_that_no_mistake_explains_gets_no_cause():
    verdict = check_claim(TWO, "dC/dw_1^1 = 3 i_1 + w_2^2")
    assert verdict.verdict == "wrong"
    assert not verdict.causes
    assert verdict.counterexample
