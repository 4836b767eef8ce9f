"""Smoothing, weights, ignored classes: what is refused, and what is said of claims."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

REFUSED = {
    "input x Nx3 | cross_entropy t smoothing 1.01": ("a smoothing of 101/100", "from 0 to 1"),
    "input x Nx3 | cross_entropy t smoothing -0.1": ("a smoothing of -1/10", "from 0 to 1"),
    "input x Nx3 | nll_loss t smoothing 1.5": ("a smoothing of 3/2", "from 0 to 1"),
    "input x Nx1 | nll_loss t labels ignore 0": ("no label 0 to ignore", "two classes"),
    "input x Nx1 | nll_loss t labels ignore -100": ("no label -100 to ignore", "two classes"),
    "input x Nx3 | nll_loss t labels ignore 1.5": ("'1.5' is no label", "a whole number"),
    "input x Nx3 | nll_loss t labels ignore --1": ("'--1' is no label", "a whole number"),
    "input x Nx3 | nll_loss t labels ignore 1000000000": ("is no label", "a whole number"),
    "input x Nx3 | nll_loss t labels ignore": ("'ignore' needs a value", "ignore 2"),
    "input x Nx3 | cross_entropy t ignore 1": ("probabilities have none", "t labels ignore 1"),
    "input x 3 | nll_loss t labels ignore 1": ("a mean over one sample", "reduction sum"),
    "input x 1x3 | nll_loss t labels ignore 1": ("a mean over one sample", "reduction sum"),
    "input x Nx3 | constant v 2 | nll_loss t weights v of x": ("'v' has the shape 2, where 3", ""),
    "input x Nx3 | nll_loss t weights t": ("the name 't' is given twice", "another letter"),
    "input x Nx3 | nll_loss t weight v": ("has no option 'weight'", "weights"),
    "input x Nx3 | constant v 2 | bce t weights v of x": ("2, which does not broadcast to N", ""),
    "input x Nx3 | constant v N | bce t weights v of x": (
        "N, which does not",
        "the shape 3, or N x 3",
    ),
    "input x Nx3 | constant v Mx1 | bce t weights v of x": (
        "M x 1, which does not",
        "the shape 3, or N x 3",
    ),
    "input x 2x3 | constant v 1x2x3 | bce t weights v of x": ("1 x 2 x 3, which does not", ""),
    "input x 5x6 channels 4 | bce t weights v per sample": (
        "an input of shape 4 x 5 x 6",
        "'batch N'",
    ),
    "input x Nx3 | bce t per sample": ("'per sample' says what weights are for", "weights v"),
    "input x Nx3 | bce t weights v per row": ("'row' is no per", "class, entry, sample"),
    "input x Nx3 | constant v 3x3 | bce_logits t pos_weight v of x": ("the shape 3 x 3", ""),
    "input x 4x5 channels none | bce t weights v": ("of shape 4 x 5", "an axis of channels"),
    "input x Nx3 | bce t weights v pos_weight v": ("the name 'v' is given twice", "another"),
    "input x Nx3 | mse t weights v": ("has no option 'weights'", "reduction"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_option_that_cannot_be_meant_is_refused_with_its_place(text):
    message, help_ = REFUSED[text]
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    assert message in caught.value.message
    assert help_ in (caught.value.help or "")
    start, stop = caught.value.position
    assert text[start:stop] in text.split(" | ")[-1]


CLAIMS = {
    "input z 3 | cross_entropy t smoothing 0.1 -> C": {
        "dC/dz_1 = p_1 (9/10 (t_0 + t_1 + t_2) + 1/10) - 9/10 t_1 - 1/30": "right",
        "dC/dz_1 = p_1 - 9/10 t_1 - 1/30": "right under a condition",
        "dC/dz = softmax(z) - 0.9 t - 0.1/3": "right under a condition",
        "dC/dz_1 = p_1 - t_1": "wrong",
        "dC/dz_1 = p_1 - 9/10 t_1": "wrong",
        "dC/dz_1 = p_1 - 0.9 t_1 - 0.1": "wrong",
    },
    "input z 3 | cross_entropy t weights v -> C": {
        "dC/dz_1 = p_1 (v_0 t_0 + v_1 t_1 + v_2 t_2) - v_1 t_1": "right",
        "C = -v_0 t_0 log(p_0) - v_1 t_1 log(p_1) - v_2 t_2 log(p_2)": "right",
        "dC/dz_1 = v_1 (p_1 - t_1)": "wrong",
        "dC/dz_1 = p_1 - t_1": "wrong",
        "C = - sum_q t_q log(p_q)": "wrong",
    },
    "input x 3 | nll_loss t weights v smoothing 0.1 -> C": {
        "dC/dx_1 = -v_1 (9/10 t_1 + 1/30)": "right",
        "dC/dx_1 = -9/10 v_1 t_1 - 1/30": "wrong",
        "dC/dx_1 = -v_1 t_1": "wrong",
    },
    "input x 3 | bce t weights v pos_weight p reduction sum -> C": {
        "dC/dx_1 = v_1 ((1 - t_1)/(1 - x_1) - p_1 t_1/x_1)": "right",
        "dC/dx_1 = -v_1 p_1 t_1/x_1 + v_1 (1 - t_1)/(1 - x_1)": "right",
        "dC/dx_1 = v_1 (x_1 - t_1)/(x_1 (1 - x_1))": "wrong",
        "dC/dx_1 = p_1 v_1 ((1 - t_1)/(1 - x_1) - t_1/x_1)": "wrong",
        "dC/dx_1 = (1 - t_1)/(1 - x_1) - p_1 t_1/x_1": "wrong",
    },
    "input x 2x3 | bce_logits t weights v per sample -> C": {
        "dC/dx_{b,q} = v_b (sigmoid(x_{b,q}) - t_{b,q})/6": "right",
        "dC/dx_{b,q} = v_b sigmoid(x_{b,q})/6 - v_b t_{b,q}/6": "right",
        "dC/dx_{b,q} = v_q (sigmoid(x_{b,q}) - t_{b,q})/6": "wrong",
        "dC/dx_{b,q} = (sigmoid(x_{b,q}) - t_{b,q})/6": "wrong",
        "dC/dx_{b,q} = v_b (sigmoid(x_{b,q}) - t_{b,q})/sum_b v_b": "wrong",
    },
    "input x 2x3 | bce t weights v per entry reduction sum -> C": {
        "dC/dx_{b,q} = v_{b,q} (x_{b,q} - t_{b,q})/(x_{b,q} (1 - x_{b,q}))": "right",
        "dC/dx_{b,q} = v_{b,0} (x_{b,q} - t_{b,q})/(x_{b,q} (1 - x_{b,q}))": "wrong",
        "dC/dx_{b,q} = v_{b,q} (x_{b,q} - t_{b,q})": "wrong",
    },
    "input z 3 | bce_logits t pos_weight p reduction sum -> C": {
        "dC/dz_1 = (1 - t_1) sigmoid(z_1) - p_1 t_1 (1 - sigmoid(z_1))": "right",
        "dC/dz_1 = (1 - t_1 + p_1 t_1) sigmoid(z_1) - p_1 t_1": "right",
        "C = sum_i ((1 - t_i) log(1 + exp(z_i)) + p_i t_i log(1 + exp(-z_i)))": "right",
        "dC/dz_1 = sigmoid(z_1) - t_1": "wrong",
        "dC/dz_1 = sigmoid(z_1) - p_1 t_1": "wrong",
        "dC/dz_1 = p_1 (sigmoid(z_1) - t_1)": "wrong",
    },
    "input z 3 | bce_logits t weights v reduction sum -> C": {
        "dC/dz_1 = v_1 (sigmoid(z_1) - t_1)": "right",
        "dC/dz_1 = v_1 (p_1 - t_1)": "right",
        "dC/dz_1 = sigmoid(z_1) - t_1": "wrong",
        "dC/dz_1 = sigmoid(z_1) - v_1 t_1": "wrong",
    },
    "input x 2x3 | nll_loss t labels weights v ignore 2 -> C": {
        "dC/dx_{b,q} = -v_q [q = t_b] (1 - [t_b = 2]) / W": "right",
        "dC/dx_{0,2} = 0": "right",
        "W = sum_b sum_q (1 - [t_b = 2]) v_q [q = t_b]": "right",
        "dC/dx_{b,q} = -v_q [q = t_b] (1 - [t_b = 1]) / W": "wrong",
        "dC/dx_{b,q} = -v_q [q = t_b] / W": "wrong",
        "dC/dx_{b,q} = -v_q [q = t_b] (1 - [t_b = 2]) / 2": "wrong",
        "dC/dx_{0,1} = 0": "wrong",
    },
    "input x 2x3 | cross_entropy t labels ignore -100 -> C": {
        "dC/dx_{b,q} = ((1 - [t_b = -100]) p_{b,q} - [q = t_b]) / W": "right",
        "dC/dx_{b,q} = (1 - [t_b = -100]) (p_{b,q} - [q = t_b]) / W": "right",
        "dC/dx_{b,q} = (sum_{r=0}^{2} [r = t_b] p_{b,q} - [q = t_b]) / W": "right",
        "W = sum_b (1 - [t_b = -100])": "right",
        "W = sum_b sum_{q=0}^{2} [q = t_b]": "right",
        "dC/dx_{b,q} = (p_{b,q} - [q = t_b]) / W": "wrong",
        "dC/dx_{b,q} = (1 - [t_b = 1]) (p_{b,q} - [q = t_b]) / W": "wrong",
        "dC/dx_{b,q} = (1 - [t_b = -100]) (p_{b,q} - [q = t_b]) / 2": "wrong",
        "dC/dx_{b,q} = (1 - [t_b = -100]) p_{b,q} / W": "wrong",
        "W = sum_b sum_{q=0}^{1} [q = t_b]": "wrong",
    },
    "input x 2x3 | nll_loss t labels weights v smoothing 0.1 ignore 5 -> C": {
        "dC/dx_{b,q} = -v_q (9/10 [q = t_b] + 1/30 (1 - [t_b = 5])) / W": "right",
        "dC/dx_{b,q} = -(1 - [t_b = 5]) v_q (9/10 [q = t_b] + 1/30) / W": "right",
        "W = sum_b sum_q v_q [q = t_b]": "right",
        "dC/dx_{b,q} = -v_q (9/10 [q = t_b] + 1/30) / W": "wrong",
        "dC/dx_{b,q} = -v_q (9/10 [q = t_b] + 1/30 (1 - [t_b = 4])) / W": "wrong",
    },
    "input x 2x3 | nll_loss t labels smoothing 1 -> C": {
        "dC/dx_{b,q} = -1/6": "right",
        "dC/dx_{b,q} = -1/3": "right under a condition",
        "dC/dx_{b,q} = -1/2": "wrong",
        "dC/dx_{b,q} = -[q = t_b]/2": "wrong",
    },
    "input x 2x3 | cross_entropy t labels smoothing 0.1 -> C": {
        "dC/dx_{b,q} = (p_{b,q} - 0.9 [q = t_b] - 1/30)/2": "right",
        "dC/dx_{b,q} = p_{b,q} - 0.9 [q = t_b] - 1/30": "right under a condition",
        "dC/dx_{b,q} = (p_{b,q} - [q = t_b])/2": "wrong",
        "dC/dx_{b,q} = (p_{b,q} - 0.9 [q = t_b])/2": "wrong",
    },
}


@pytest.mark.parametrize("text", CLAIMS)
def test_claims_about_a_cost_with_options_are_judged(text):
    network = Network.parse(text)
    assert {c: network.check(c).verdict for c in CLAIMS[text]} == CLAIMS[text]


OTHER_TARGETS = {
    "input z 3 | input t 3 | cross_entropy t of z -> C": {
        "dC/dz_1 = p_1 (t_0 + t_1 + t_2) - t_1": "right",
        "dC/dz_1 = p_1 - t_1": "right under a condition",
        "dC/dt_1 = -log(p_1)": "right",
        "dC/dz_1 = p_1 - 2 t_1": "wrong",
        "dC/dt_1 = log(p_1)": "wrong",
    },
    "input z 3 | input s 3 | softmax of s -> r | cross_entropy r of z -> C": {
        "dC/dz_1 = p_1 - r_1": "right",
        "dC/dr_1 = -log(p_1)": "right",
        "dC/ds_1 = -r_1 (log(p_1) - sum_q r_q log(p_q))": "right",
        "dC/dz_1 = r_1 - p_1": "wrong",
        "dC/dr_1 = -log(r_1)": "wrong",
        "dC/ds_1 = -r_1 log(p_1)": "wrong",
    },
}


@pytest.mark.parametrize("text", OTHER_TARGETS)
def test_probabilities_that_are_no_constant_are_targets_all_the_same(text):
    network = Network.parse(text)
    found = {c: network.check(c).verdict for c in OTHER_TARGETS[text]}
    assert found == OTHER_TARGETS[text]


CORRECT = {
    "input z 3 | cross_entropy t -> C": "dC/dz = softmax(z) - t, for targets that sum to 1",
    "input z 3 | cross_entropy t smoothing 0.1 -> C": "sum_{r} (1/30 + 9/10 t[r]) - 1/30 - 9/10 t",
    "input z 3 | cross_entropy t weights v -> C": "sum_{r} t[r] v[r] - t[r'] v[r']",
    "input z 3 | nll_loss t -> C": "dC/dz[r'] = -t[r']",
}


@pytest.mark.parametrize("text", CORRECT)
def test_the_correct_formula_is_that_of_the_options(text):
    assert CORRECT[text] in str(Network.parse(text).check("dC/dz = softmax(z) - 2 t"))


def test_the_weights_of_classes_have_a_gradient_where_they_are_an_input():
    text = "input x Nx3 | input v 3 | nll_loss t labels weights v of x -> C"
    network = Network.parse(text)
    assert [c.line for c in network.verify(draws=2) if not c.passed] == []
    assert [t.key for t in network.backward().wrt] == ["x", "v"]


BEYOND = [
    "input x 2x3 | cross_entropy t labels ignore -100 -> C",
    "input x NxK | cross_entropy t labels ignore -100 smoothing 0.1 weights v -> C",
    "input x NxK | cross_entropy t labels ignore 2 -> C",
    "input x 2x2 | nll_loss t labels ignore 255 reduction none -> C",
]


@pytest.mark.parametrize("text", BEYOND)
def test_labels_that_are_no_class_are_let_pass_where_they_are_ignored(text):
    network = Network.parse(text)
    for style in ("readable", "loops", "fast"):
        assert [c.line for c in network.verify(style, draws=3) if not c.passed] == []


def test_only_the_ignored_label_is_let_pass():
    compiled = Network.parse("input x 2x3 | cross_entropy t labels ignore -100 -> C").compile()
    x = np.zeros((2, 3))
    assert np.isclose(compiled.forward(x=x, t=[1, -100]).C, np.log(3))
    for wrong in (-99, 3, -1):
        with pytest.raises(ValueError, match=f"t has the class {wrong}, but there are 3"):
            compiled.forward(x=x, t=[1, wrong])


def test_a_class_that_is_ignored_leaves_a_sample_that_counts():
    """The points at which networks are verified have a value, however few samples there are."""
    network = Network.parse("input x 2x2 | nll_loss t labels ignore 1 -> C")
    for style in ("readable", "loops", "fast"):
        assert [c.line for c in network.verify(style, draws=6) if not c.passed] == []
