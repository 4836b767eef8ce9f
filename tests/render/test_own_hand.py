"""A derivation in one's own hand: signs, marks of layers, derivatives, matrix products."""

import re
from dataclasses import replace
from functools import cache

import pytest
from hands import HANDS
from kept_networks import parse_once

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.notation.hand import Hand
from symconv.notation.presets import Notation

TWO_LAYERS = "input x 3 | dense w 2 bias b -> h | relu -> a | dense w 2 bias b -> h | sse t -> C"
MATRICES = "input x Nx3 | dense w 2 -> h | tanh -> a | sse t -> C"


@cache
def parse_kept(text):
    net = Network.parse(text)
    net.backward()
    return net


def derived(text, *wrt, **hand):
    return parse_kept(text).in_notation(Notation("mine", 1, hand=Hand(**hand))).derivation(*wrt)


def last_line(text, *wrt, **hand):
    return derived(text, *wrt, **hand).text(only="result").splitlines()[-1]


def test_a_tensor_is_written_by_its_sign_everywhere():
    shown = derived(TWO_LAYERS, "w^1", symbols={"w": r"\mathbf{W}", "C": r"\mathcal{L}"})
    latex = shown.latex(only="result")
    assert r"\frac{\partial \mathcal{L}}{\partial \mathbf{W}^{1}_{q',r'}}" in latex
    assert not re.search(r"(?<![\\A-Za-z])w\^|\\partial C", shown.latex(plain=True))
    assert "∂L/∂W¹[q′,r′]" in shown.text(only="result")
    assert "<mi>𝐖</mi>" in shown.html(only="result")
    assert "<mi>w</mi>" not in shown.html(only="result")


@pytest.mark.parametrize(
    ("layer", "latex", "text"),
    [
        ("W^l", "w^{1}_{q',r'}", "∂C/∂w¹[q′,r′]"),
        ("W^{[l]}", "w^{[1]}_{q',r'}", "∂C/∂w^[1][q′,r′]"),
        ("W^{(l)}", "w^{(1)}_{q',r'}", "∂C/∂w^(1)[q′,r′]"),
        ("W_l", "(w_{1})_{q',r'}", "∂C/∂w₁[q′,r′]"),
    ],
)
def test_layers_are_marked_as_one_marks_them(layer, latex, text):
    shown = derived(TWO_LAYERS, "w^1", layer=layer)
    assert rf"\frac{{\partial C}}{{\partial {latex}}} &=" in shown.latex(only="result")
    assert text in shown.text(only="result")


@pytest.mark.parametrize(
    ("derivative", "latex"),
    [
        ("partial", r"\frac{\partial C}{\partial w^{1}_{q',r'}}"),
        ("d", r"\frac{dC}{dw^{1}_{q',r'}}"),
        ("nabla", r"\nabla_{w^{1}_{q',r'}} C"),
    ],
)
def test_derivatives_have_round_or_straight_ds_or_a_nabla(derivative, latex):
    shown = derived(TWO_LAYERS, "w^1", derivative=derivative)
    assert f"{latex} &=" in shown.latex(only="result")


def test_a_nabla_reaches_no_further_than_the_cost():
    shown = replace(derived(TWO_LAYERS, "w^1"), notation=Notation("mine", deltas="partial"))
    nabla = replace(shown.notation, hand=Hand(derivative="nabla"))
    latex = replace(shown, notation=nabla).latex(only="result")
    assert r"(\nabla_{h^{1}_{q'}} C)\,x_{r'}" in latex


def test_a_document_loads_the_fonts_that_its_signs_need():
    for sign, packages in ((r"\mathbb{W}", "amsmath,amssymb"), (r"\mathbf{W}", "amsmath")):
        shown = derived(MATRICES, "w", symbols={"w": sign})
        for latex in (shown.latex(), shown.latex(document=True), shown.latex(plain=True)):
            assert rf"\usepackage{{{packages}}}" in latex


def test_one_layer_may_have_a_letter_of_its_own():
    shown = derived(TWO_LAYERS, "w^1", symbols={"w^1": "V", "w^2": "U"}).latex(only="result")
    assert r"\partial V_{q',r'}" in shown
    assert "U_{q,q'}" in shown


def test_a_word_below_stands_before_the_indices():
    shown = derived(TWO_LAYERS, "x", symbols={"x": r"\mathbf{x}_{\mathrm{in}}"})
    assert r"\mathbf{x}_{\mathrm{in},r'}" in shown.latex(only="result")


def test_a_constant_may_have_a_sign_of_its_own():
    net = "input x 4 | layernorm weight gamma bias beta -> y | sse t -> C"
    hand = Hand({"epsilon": r"\varepsilon"})
    latex = Network.parse(net, Notation("mine", hand=hand)).derivation().latex(plain=True)
    assert r"\varepsilon" in latex
    assert r"\epsilon" not in latex


@pytest.mark.parametrize(
    ("hand", "said"),
    [
        ({}, "∂C/∂w = δₕᵀ x"),
        ({"product": "xW"}, "∂C/∂w = δₕᵀ x"),
        ({"layout": "numerator"}, "∂C/∂w = xᵀ δₕ"),
    ],
)
def test_a_matrix_by_a_matrix_has_the_layout_asked_for(hand, said):
    found = " ".join(derived(MATRICES, "w", **hand).text().split())
    assert said.replace("δₕ", "delta").replace("delta", "δ_h") in found or said in found


def test_products_start_with_the_weights_or_with_the_data():
    data, weights = (
        " ".join(derived(MATRICES, "x", product=order).text().split()) for order in ("xW", "Wx")
    )
    assert "= δ_h w." in data
    assert "= wᵀ δ_hᵀ." in weights


def test_a_transpose_is_written_as_one_writes_it():
    for sign in (r"\top", "T"):
        assert f"$^{{{sign}}}$" in derived(MATRICES, "w", transpose=sign).latex()


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ({"w": "x"}, "so is x"),
        ({"w": "q"}, "so is a size or an index"),
        ({"h": "a"}, "so is a"),
    ],
)
def test_two_things_cannot_look_alike(symbols, message):
    with pytest.raises(SymconvError, match=message):
        derived(TWO_LAYERS, symbols=symbols).latex()


def test_two_tensors_may_change_their_letters():
    shown = derived(TWO_LAYERS, "w^1", symbols={"h": "a", "a": "h"}).latex(only="result")
    assert r"\delta^{a^{1}}_{q'}\,x_{r'}" in shown


def test_a_notation_without_a_hand_writes_what_it_wrote():
    plain = parse_kept(MATRICES).derivation("w")
    for form in ("text", "latex", "markdown", "html"):
        shown = replace(plain, notation=replace(plain.notation, hand=Hand()))
        assert getattr(shown, form)() == getattr(plain, form)()


@pytest.mark.parametrize("name", HANDS)
def test_every_markup_is_written_in_every_hand(name):
    net = parse_once("two-convs")
    shown = net.in_notation(replace(net.notation, hand=HANDS[name])).derivation("w^1")
    latex = shown.latex(plain=True)
    for key, sign in HANDS[name].signs:
        assert key not in {"w", "o"} or sign.latex() in latex
    assert latex.count("{") == latex.count("}")
    assert shown.html(only="result").count("<mrow>") == shown.html(only="result").count("</mrow>")
    assert HANDS[name].mark != "bracket" or "^[1]" in shown.text(only="result")
