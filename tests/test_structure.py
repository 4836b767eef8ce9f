"""Structure is said only where it is proved: rotation, dilation, transposed convolution."""

from dataclasses import replace

import pytest

from symconv.api import Network
from symconv.emit.pages.scribe import TEXT
from symconv.network.examples import BY_NAME
from symconv.structure import findings
from symconv.structure.sliding import Sliding
from symconv.structure.trials import proved


def said(name, key, network=None):
    explanation = (network or Network.example(name)).derivation()
    return [TEXT.mixed(s) for s in explanation.structure.get(key, ())]


def of(text):
    return Network.parse(text)


def test_the_gradient_of_the_kernel_is_a_correlation():
    assert said("general-conv", "gradient w")[:2] == [
        "In words: the correlation of x with δ.",
        "In operators: ∂C/∂w = x ⋆ δ.",
    ]


def test_the_error_goes_back_through_the_rotated_kernel():
    words = said("general-conv", "gradient x")
    assert words[0] == "In words: the full correlation of δ with w rotated by 180°."
    assert "δ ⋆ rot180(w), which is the convolution δ ∗ w (full)" in words[1]
    assert words[2].startswith("This is the transposed convolution of δ with w")
    assert "Solved for the output, i = i′ − m" in words[3]


def test_a_flipped_forward_kernel_comes_back_unrotated():
    words = said("general-conv-flipped", "gradient x")
    assert words[0] == "In words: the full correlation of δ with w."
    assert words[-1].endswith("and the flip of the forward pass cancels that.")
    assert "; the result is rotated by 180°" in said("general-conv-flipped", "gradient w")[0]


def test_stride_padding_and_dilation_are_named():
    words = said("general-conv-strided", "gradient x")
    assert "δ, dilated by the stride s (s − 1 zeros between neighbours)" in words[0]
    assert "d(k₁ − 1) − p and d(k₂ − 1) − p zeros in front" in words[0]
    assert "w, dilated by d (d − 1 zeros between neighbours) and rotated by 180°" in words[0]
    words = said("general-conv-strided", "gradient w")
    assert "δ, dilated by the stride s" in words[0]
    assert "every entry whose place is a multiple of d; summed over b" in words[0]


def test_dense_layers_and_losses():
    assert said("conv-pool-sigmoid-dense", "gradient W") == [
        "In words: the outer product of δ_h and v; ∂E/∂W = δ_h ⊗ v."
    ]
    assert said("conv-pool-sigmoid-dense", "delta v") == [
        "In words: a matrix product, δ_v = Wᵀ δ_h."
    ]
    assert said("conv-pool-sigmoid-dense", "delta h") == [
        "In words: the difference of h and t; δ_h = h − t."
    ]
    assert said("two-convs", "delta o^2") == ["In words: 2 times the difference of o² and y."]


def test_a_batch_makes_matrix_products():
    network = of("input x Nx1x2x2 | flatten -> v | dense W 2 bias b -> h | half_sse t -> C")
    assert said("", "gradient W", network) == ["In words: a matrix product, ∂C/∂W = δ_hᵀ v."]
    assert said("", "delta v", network) == ["In words: a matrix product, δ_v = δ_h W."]


def test_a_pointwise_derivative_is_no_structure():
    network = of("input x 4 | sigmoid -> y | half_sse t -> C")
    found = {f.derivation.equation.key for f in findings(network.backward())}
    assert "gradient x" not in found


@pytest.mark.parametrize("name", [n for n in BY_NAME if n.startswith("general")])
@pytest.mark.parametrize("wrong", ["turned", "mirrored", "front", "dilation", "spread", "stride"])
def test_a_wrong_structure_is_never_proved(name, wrong):
    backward = Network.example(name).backward()
    slides = [f for f in findings(backward) if isinstance(f.operation, Sliding)]
    assert len(slides) == 2
    for finding in slides:
        changed = tuple(replace(w, **{wrong: other(w, wrong)}) for w in finding.operation.windows)
        claim = replace(finding.operation, windows=changed)
        equation = finding.derivation.equation
        assert proved(
            backward.program, equation, finding.coefficient, finding.operation.correlation
        )
        assert not proved(backward.program, equation, finding.coefficient, claim.correlation)


def other(window, name):
    value = getattr(window, name)
    return not value if isinstance(value, bool) else value + 1


def test_terse_keeps_the_first_sentence():
    explanation = Network.example("general-conv").derivation("x")
    assert "In words" in explanation.text(detail="terse")
    assert "In operators" not in explanation.text(detail="terse")
    assert "A ⋆ B is the cross-correlation of A with B" in explanation.text()
