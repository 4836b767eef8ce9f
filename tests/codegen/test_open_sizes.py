"""Modules for PyTorch and JAX compute what readable ones do where strides and sizes are open."""

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once

from symconv.codegen.jax.precision import in_double_precision
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import ModuleUnderTest, input_arrays

ALWAYS = [
    # The widths of a padding are maxima of sizes.
    "input x 1x9 channels none batch N | conv w 1x3 channels 4 stride s padding p | relu | sse t",
    # A view that turns two axes around is too long for a line.
    (
        "input x NxCxHxW | conv w kxk channels C padding p -> z"
        " | conv v kxk channels C padding p of x -> y | add z -> s | sse t"
    ),
]
NETWORKS = [
    (
        "input x NxCxHxH | conv w 2x3 channels F stride s padding p dilation d bias b"
        " | tanh -> a | sse t"
    ),
    "input x Nx4xHxW | conv w 3x2 channels 6 groups 2 stride s padding p -> z | relu -> a | sse t",
    "input x NxCxHxW | conv w k1xk2 channels C groups C stride s dilation d -> z | sse t",
    "input x Nx3x8x7 | maxpool 3x2 stride s padding 1 -> p | sse t",
    "input x NxCxHxW | maxpool k stride s -> y | tanh -> a | sse t",
    "input x NxCxHxW | maxpool 3 stride s padding 1 dilation 2 -> y | sse t",
    "input x NxCxHxW | avgpool k1xk2 stride s padding 1 -> y | relu -> a | sse t",
    "input x NxCxHxW | avgpool 3x2 stride s padding 1 exclude_padding -> y | sse t",
    (
        "input x NxCxHxW"
        " | transposed_conv w k1xk2 channels F stride s padding p dilation d bias b -> z | sse t"
    ),
    (
        "input x Nx4xHxW | transposed_conv w 3x2 channels 6 groups 2 stride s output_padding q -> z"
        " | relu -> a | sse t"
    ),
    (
        "input x 2xL batch N channels 2 | conv w k channels 3 stride s padding p -> z"
        " | maxpool 2 stride 2 -> y | sse t"
    ),
    "input x NxL | y[b,i] = sum(m<k) w[m] x[b, s i + m - p] for i<5 | sse t",
    "input x HxW | y[i,j] = sum(m<2,n<3) w[m,n] x[2 i + m - 1, 2 j + n - 1] | tanh -> a | sse t",
    "input x HxH | y[i,j] = sum(m<2,n<3) w[m,n] x[2 i + m - 1, 2 j + n - 1] | sse t",
    "input x HxW | y[i] = max(m<3) x[i + m - 1, 2] for i<H | sse t",
    (
        "input x NxCxHxW | conv w 3x3 channels C stride s padding 1 -> z | relu -> a"
        " | conv v 3x3 channels C stride s padding p -> y | avgpool 2 -> q | flatten -> f | sse t"
    ),
    (
        "input x NxCxHxW | input u NxCxHxW"
        " | add x -> q | conv w 3x3 channels 2 stride s padding p -> z | sse t"
    ),
    (
        "input x Nx2x5x7 | conv w 2x3 channels 3 stride s padding 1x2 -> z"
        " | global_avgpool -> g | dense v 4 bias b -> h | cross_entropy t labels"
    ),
    (
        "input x NxCxDxHxW | conv w 2x2x3 channels F stride s padding p -> z"
        " | relu -> a | maxpool 2 stride 1 -> y | sse t"
    ),
    "input x NxCxHxW | upsample r -> u | conv w 3x2 channels F stride 2 padding p -> z | sse t",
    (
        "input x NxCxHxW | batchnorm weight g bias b -> z"
        " | relu -> a | avgpool k stride s -> q | sse t"
    ),
    (
        "input x NxCxHxW | instancenorm -> z"
        " | conv w 3x3 channels C groups C stride s -> y | gelu -> a | sse t"
    ),
    (
        "input x NxHxW channels none | conv w 3x3 channels F stride s padding p -> z"
        " | softmax -> q | sse t"
    ),
    "input x NxTxE | matmul x transposed -> s | softmax -> p | sse t",
]
STYLES = ("torch", "jax")
SEEDS = (2, 3)
"""Small sizes, strides and paddings: the second draw keeps clear of strides of 1."""

CASES = [
    *[(style, text) for text in ALWAYS for style in STYLES],
    *slice_of([(style, text) for text in NETWORKS for style in STYLES], 24),
]


def use(network, style, sizes):
    """The module of a style, to be called by keys."""
    names, module = network._module_names, vars(network.compile(style).module)
    options = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
    module = in_double_precision(module) if style == "jax" else module
    return ModuleUnderTest(module, names.tensors, options)


@pytest.mark.parametrize(("style", "text"), CASES)
def test_values_and_gradients_are_those_of_the_readable_module(style, text):
    pytest.importorskip(style, reason=f"{style} is not installed: its modules cannot run")
    network = parse_once(text)
    program = network.backward().program
    for seed in SEEDS:
        sizes = pick_sizes(program, seed=seed)
        given = input_arrays(draw_float_point(program, sizes, 0), float)
        right, found = (use(network, s, sizes).run(given) for s in ("readable", style))
        assert right.keys() == found.keys()
        assert {f"gradient {t.key}" for t in network.backward().wrt} <= right.keys()
        for key, array in right.items():
            assert np.shape(found[key]) == np.shape(array), key
            most = max(1.0, np.abs(np.asarray(array, float)).max(initial=0))
            np.testing.assert_allclose(
                np.asarray(found[key]), array, rtol=0, atol=1e-10 * most, err_msg=key
            )
