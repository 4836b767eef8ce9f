r"""Claims as people write them in their own hand are read in that hand: right, wrong, and where."""

from functools import cache

import pytest
from grids import slice_of

from symconv.api import Network
from symconv.notation.hand import Hand
from symconv.notation.presets import Notation

CONVS = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
LAYERS = "input x 3 | dense w 2 bias b -> h | relu -> a | dense w 2 bias b -> h | sse t -> C"
BOLD = Hand(
    {
        "w": r"\mathbf{W}",
        "o": r"\hat{\boldsymbol{y}}",
        "C": r"\mathcal{L}",
        "i": r"\boldsymbol{\xi}",
        "delta": r"\mathbf{d}",
    },
    layer="W^{[l]}",
)
SANS = Hand({"w": r"\mathsf{K}", "o": r"\mathsf{O}", "i": r"\mathsf{I}"}, layer="W^{(l)}")
BELOW = Hand(
    {
        "w": r"\Theta",
        "b": r"\vec{b}",
        "x": r"\mathbf{x}_{\mathrm{in}}",
        "h": r"\tilde{z}",
        "a": r"\varphi",
        "C": r"\ell",
        "t": r"\bar{y}",
    },
    layer="W_l",
)
APART = Hand({"w^1": "U", "w^2": r"\mathfrak{V}", "h": "a", "a": "h", "C": "J"})


@cache
def network(text, hand):
    return Network.parse(text, Notation("mine", 1, hand=hand))


RIGHT = {
    (CONVS, BOLD): r"""
\frac{\partial\mathcal{L}}{\partial\mathbf{W}^{[2]}_{mn}} = \mathbf{d}^{[2]}\hat{\bm{y}}^{[1]}_{mn}
\frac{d\mathcal L}{d\mathbf W^{[2]}_{mn}} = 2(\hat{\bm y}^{[2]} - y)\hat{\bm y}^{[1]}_{mn}
\nabla_{W^{[2]}} \mathcal{L} = 2(\hat{\boldsymbol y}^{[2]}-y) \hat{\boldsymbol y}^{[1]}
\mathbf{d}^{[1]}_{u,v} = \mathbf{d}^{[2]}\,\mathbf{W}^{[2]}_{u,v}
\partial L/\partial W^{[1]}_{mn} = \sum_{u,v} \mathbf d^{[1]}_{uv} \boldsymbol\xi_{u+m-1,v+n-1}
\hat{\boldsymbol{y}}^{[2]} = \sum_{m,n} \mathbf{W}^{[2]}_{mn} \hat{\boldsymbol{y}}^{[1]}_{mn}
""",
    (CONVS, SANS): r"""
\nabla_{\mathsf{K}^{(2)}_{mn}} C = 2(\mathsf{O}^{(2)} - y)\mathsf{O}^{(1)}_{mn}
dC/dK^{(1)}_{mn} = \sum_{u,v}\delta^{(1)}_{uv} I_{u+m-1,v+n-1}
\delta^{(2)} = 2(\mathsf O^{(2)} - y)
\mathsf{O}^{(1)}_{uv} = \sum_{m,n}\mathsf{K}^{(1)}_{mn}\mathsf{I}_{u+m-1,v+n-1}
""",
    (LAYERS, BELOW): r"""
\frac{\partial \ell}{\partial(\Theta_1)_{qr}} = \delta^{\tilde{z}_1}_q\,\mathbf{x}_{\mathrm{in},r}
\partial\ell/\partial(\tilde z_2)_q = 2((\tilde z_2)_q - \bar y_q)
\partial\ell/\partial\Theta_{2;qr} = 2(\tilde{z}_{2;q} - \bar{y}_q)\varphi_r
\partial\ell/\partial\vec{b}_{2,q} = 2(\tilde{z}_{2,q} - \bar{y}_q)
\varphi_q = \max(0, (\tilde z_1)_q)
\tilde{z}_1 = \Theta_1 \mathbf{x}_{in} + \vec b_1
""",
    (LAYERS, APART): r"""
\partial J/\partial a^2_q = 2(a^2_q - t_q)
\partial J/\partial\mathfrak{V}_{qr} = 2(a^2_q - t_q) h_r
dJ/dU_{qr} = \sum_s 2(a^2_s - t_s)\mathfrak V_{sq}[a^1_q > 0] x_r
h_q = \max(0, a^1_q)
""",
}
"""Claims that are right, a line each, by the network and the hand that they are written in."""

WRONG = {
    (CONVS, BOLD): r"dL/d\mathbf{W}^{[2]}_{mn} = 2(y - \hat{\bm y}^{[2]})\hat{\bm y}^{[1]}_{mn}",
    (CONVS, SANS): r"\delta^{(1)}_{uv} = \delta^{(2)}\mathsf{K}^{(1)}_{uv}",
    (LAYERS, BELOW): r"\partial\ell/\partial(\tilde z_2)_q = 2(\bar y_q - (\tilde z_2)_q)",
    (LAYERS, APART): r"\partial J/\partial\mathfrak{V}_{qr} = 2(a^2_q - t_q) a^1_r",
}


def each(table):
    """Network, hand and claim, one after the other."""
    for (text, hand), claims in table.items():
        yield from ((text, hand, claim) for claim in claims.strip().split("\n"))


@pytest.mark.parametrize(("text", "hand", "claim"), slice_of(list(each(RIGHT)), 8))
def test_what_is_right_in_that_hand_is_right(text, hand, claim):
    assert network(text, hand).check(claim).verdict == "right"


@pytest.mark.parametrize(("text", "hand", "claim"), slice_of(list(each(WRONG)), 2))
def test_what_is_wrong_in_that_hand_is_wrong(text, hand, claim):
    assert network(text, hand).check(claim).verdict == "wrong"


def test_the_correct_formula_is_written_in_that_hand_and_right_in_it():
    net = network(CONVS, BOLD)
    verdict = net.check(r"\partial L/\partial\mathbf{W}^{[2]}_{1,2} = \hat{\boldsymbol y}^{[2]}")
    correct = verdict.truth.split("; ")[-1]
    assert correct == "dL/dW_{1,2}^[2] = 2(yhat_{1,1}^[2] - y_{1,1}) yhat_{1,2}^[1]"
    assert verdict.reading == "∂L/∂W_{1,2}^2 = yhat^2"


def test_what_is_not_read_is_shown_as_it_was_written():
    verdict = network(CONVS, BOLD).check(r"\mathbf{W}^{[2]}_{mn = 3")
    assert verdict.verdict == "unreadable"
    assert r"\mathbf{W}^{[2]}_{mn = 3" in verdict.notes[0]
    assert "^" in verdict.notes[0].split("\n")[2]


def test_a_plain_letter_beside_a_bold_one_is_the_size_that_it_names():
    net = network("input x HxW | conv w 2x2 -> o | sse y -> C", Hand({"w": r"\mathbf{W}"}))
    error = r"2(o_{uv} - y_{uv})x_{u+m-1,v+n-1}"
    claim = rf"dC/d\mathbf{{W}}_{{mn}} = \sum_{{u=1}}^{{H-1}}\sum_{{v=1}}^{{W-1}} {error}"
    assert net.check(claim).verdict == "right"


def test_own_letters_still_mean_their_tensors():
    net = network(CONVS, BOLD)
    assert net.check("dC/dw^2_{mn} = 2(o^2 - y) o^1_{mn}").verdict == "right"


@pytest.mark.rest
@pytest.mark.parametrize("hand", [BOLD, SANS, Hand(layer="W_l"), Hand(derivative="nabla")])
def test_printed_results_are_read_back_and_right(hand):
    net = network(CONVS, hand)
    for line in net.derivation().markdown(only="result").split("```")[1::2]:
        claim = line.removeprefix("math").strip()
        assert net.check(claim).verdict in {"right", "right under a condition"}, claim


def test_a_matrix_in_numerator_layout_is_right_where_the_notation_has_it():
    text, claim = "input x Nx3 | dense w 2 -> h | sse t -> C", r"dC/dw = 2 x^T (h - t)"
    assert network(text, Hand()).check(claim).verdict == "right under a condition"
    assert network(text, Hand(layout="numerator")).check(claim).verdict == "right"
    wrong = claim.replace("2 x^T", "x^T")
    assert network(text, Hand(layout="numerator")).check(wrong).verdict != "right"
