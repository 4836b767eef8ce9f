"""Structure is said only where it is proved: rotation, dilation, transposed convolution."""

from dataclasses import replace

import pytest
from kept_networks import parse_once
from sympy import Sum

from symconv.api import Network
from symconv.network.examples import BY_NAME
from symconv.render.document.markup_settings import TEXT
from symconv.semantics.sizes import SizeDraws
from symconv.structure import find_operations
from symconv.structure.correlation import Correlation
from symconv.structure.pointwise import match_pointwise
from symconv.structure.sample_points import confirm_operation
from symconv.structure.softmax import match_softmax_difference


def said(name, key, network=None):
    explanation = (network or Network.example(name)).derivation()
    return [TEXT.mixed(s) for s in explanation.structure.get(key, ())]


def of(text):
    return parse_once(text)


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


def test_a_pointwise_derivative_is_said_entry_by_entry():
    network = of("input x 4 | sigmoid -> y | half_sse t -> C")
    assert said("", "gradient x", network) == ["Entry by entry: ∂C/∂x = δ ⊙ y ⊙ (1 − y)."]
    assert said("relu-filter", "delta z") == ["Entry by entry: δ_z = δ_y ⊙ step(z)."]


def test_an_index_that_counts_is_not_pointwise():
    equation = of("input x 4 | relu -> y").backward().derivation("x").equation
    assert match_pointwise(equation)
    counted = replace(equation, rhs=equation.rhs * equation.lhs.indices[0])
    assert match_pointwise(counted) is None


def test_one_number_as_output_makes_multiples():
    assert said("two-convs", "delta o^1") == ["In words: w² times the number δ²[1,1]."]
    assert said("two-convs", "gradient w^2") == ["In words: o¹ times the number δ²[1,1]."]


@pytest.mark.parametrize("options", ["2", "k stride s padding p", "3 stride 2"])
def test_pooling_sends_errors_to_maxima(options):
    network = of(f"input x NxCxHxW | maxpool {options} -> y")
    (line,) = said("", "gradient x", network)
    assert line.startswith("In words: each entry of δ goes to the maximum of its window, which M")


def test_errors_go_back_the_way_the_values_came():
    spread = said("", "gradient x", of("input x NxCxHxW | avgpool k stride s padding p -> y"))
    assert spread == [
        "In words: each entry of δ, times 1/k², is added at every place of its window."
    ]
    assert said("", "gradient x", of("input x NxCxHxW | global_avgpool -> y")) == [
        "In words: 1/(H W) times δ, the same for all i′, j′."
    ]
    back = "In words: each entry of δ goes back to the entry of x that was copied to its place"
    for layer in ("flatten", "pad 1"):
        assert said("", "gradient x", of(f"input x NxCxHxW | {layer} -> y")) == [f"{back}."]
    assert said("", "gradient x", of("input x NxCxHxW | upsample s -> y")) == [
        f"{back}; errors of copies of the same entry are added up."
    ]


def test_an_uneven_mean_is_not_said_to_be_even():
    network = of("input x NxCxHxW | avgpool 3 stride 2 padding 1 exclude_padding -> y")
    assert said("", "gradient x", network) == []


def test_softmax_and_cross_entropy_leave_the_difference():
    network = of("input x K batch N | cross_entropy t -> C")
    ones = ", where the entries of t add up to 1"
    assert said("", "gradient x", network) == [
        f"In words: 1/N times the difference of softmax(x) and t{ones}."
    ]
    labelled = of("input x K batch N | cross_entropy t labels -> C")
    assert said("", "gradient x", labelled) == [
        "In words: 1/N times the difference of softmax(x) and the one-hot vectors of t."
    ]


@pytest.mark.parametrize("wrong", ["the target twice", "a sum without its last term"])
def test_another_formula_is_no_difference_of_softmax(wrong):
    backward = of("input x 4 | cross_entropy t -> C").backward()
    program, equation = backward.program, backward.derivation("x").equation
    assert match_softmax_difference(program, equation)
    (total,) = [s for s in equation.rhs.atoms(Sum) if s.function.is_Indexed]
    target = program.tensor("t")[equation.lhs.indices]
    (v, first, last), twice = total.limits[0], wrong == "the target twice"
    changed = {target: 2 * target} if twice else {total: Sum(total.function, (v, first, last - 1))}
    faulty = replace(equation, rhs=equation.rhs.xreplace(changed))
    assert match_softmax_difference(program, faulty) is None


def test_only_a_target_is_taken_from_a_softmax():
    assert said("", "gradient x", of("input x K batch N | log_softmax -> y")) == []


def test_products_inside_a_factor_have_no_sign_and_no_sentence():
    assert said("", "gradient x", of("input x 4 | silu -> y")) == []


def test_a_factor_in_front_keeps_the_equality_away():
    assert said("", "gradient x", of("input x 4 | add x -> y")) == ["In words: 2 times δ."]


def test_global_maxima_are_maxima():
    (line,) = said("", "gradient x", of("input x NxCxHxW | global_maxpool -> y"))
    assert "goes to the maximum of its window, which M marks" in line


def test_scales_are_sums_of_products_and_scaled_errors():
    network = of("input x NxCxHxW | scale g bias b -> y")
    assert said("", "gradient g", network) == [
        "In words: the entries of δ times those of x, added up over a, i, j."
    ]
    assert said("", "gradient x", network) == [
        "In words: each entry of δ times the entry of g with the same c′."
    ]
    dense = of("input x N | dense W Q bias b -> h")
    assert said("", "gradient b", dense) == ["In words: δ itself; ∂C/∂b = δ."]


OTHERS = [
    "two-convs",
    "conv-pool-sigmoid-dense",
    "input x 4x4 | avgpool 2 -> y | half_sse t -> C",
    "input x 2x3x3 | upsample 2 -> y | half_sse t -> C",
    "input x 2x2 channels 3 | scale g bias b -> y | half_sse t -> C",
]


@pytest.mark.parametrize("name", OTHERS)
def test_a_changed_result_loses_its_sentence(name):
    """Neither twice the result nor the result of another place is taken for the same operation."""
    network = of(name) if "|" in name else Network.example(name)
    backward = network.backward()
    draws = SizeDraws(backward.program)
    found = [f for f in find_operations(backward) if hasattr(f.operation, "value")]
    assert found
    for finding in found:
        equation, claim = finding.derivation.equation, finding.operation.value
        assert confirm_operation(draws, equation, finding.coefficient, claim)
        assert not confirm_operation(draws, equation, 2 * finding.coefficient, claim)
        moved = equation.rhs.xreplace({v: n - 1 - v for v, n in equation.ranges if n != 1})
        if moved != equation.rhs:
            changed = replace(equation, rhs=moved)
            assert not confirm_operation(draws, changed, finding.coefficient, claim)


@pytest.mark.parametrize("name", [n for n in BY_NAME if n.startswith("general")])
@pytest.mark.parametrize("wrong", ["turned", "mirrored", "front", "dilation", "spread", "stride"])
def test_a_wrong_structure_is_never_proved(name, wrong):
    backward = Network.example(name).backward()
    slides = [f for f in find_operations(backward) if isinstance(f.operation, Correlation)]
    draws = SizeDraws(backward.program)
    assert len(slides) == 2
    for finding in slides:
        changed = tuple(replace(w, **{wrong: other(w, wrong)}) for w in finding.operation.windows)
        claim = replace(finding.operation, windows=changed)
        equation = finding.derivation.equation
        assert confirm_operation(
            draws, equation, finding.coefficient, finding.operation.correlation
        )
        assert not confirm_operation(draws, equation, finding.coefficient, claim.correlation)


def other(window, name):
    value = getattr(window, name)
    return not value if isinstance(value, bool) else value + 1


def test_terse_keeps_the_first_sentence():
    explanation = Network.example("general-conv").derivation("x")
    assert "In words" in explanation.text(detail="terse")
    assert "In operators" not in explanation.text(detail="terse")
    pool = Network.example("conv-pool-sigmoid-dense").derivation("w").text(detail="terse")
    assert "A ⊙ B is the entry-wise product" in pool
    assert "A ⋆ B is the cross-correlation of A with B" in explanation.text()
