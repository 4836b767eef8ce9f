"""Every convolution of the catalogue in JAX: bit for bit what `jax.vjp` makes of `lax`'s own."""

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once

jax = pytest.importorskip("jax", reason="JAX is not installed: no comparison with its gradients")

P1 = ((1, 1), (1, 1))
CONVOLUTIONS = {
    "2x3x7x7 | conv w 3x3 channels 4": {},
    "2x3x8x7 | conv w 3x2 channels 4 stride 2 padding 1": {"stride": (2, 2), "padding": P1},
    "2x3x9x8 | conv w 3x3 channels 2 stride 3x2 padding 2x1 dilation 2x1": {
        "stride": (3, 2), "padding": ((2, 2), (1, 1)), "dilation": (2, 1),
    },
    "2x3x7x7 | conv w 2x3 channels 2 padding 1x0 padding_after 0x2 dilation 2 stride 2x1": {
        "stride": (2, 1), "padding": ((1, 0), (0, 2)), "dilation": (2, 2),
    },
    "2x3x9x9 | conv w 5x5 channels 2 dilation 2 padding 4": {
        "padding": ((4, 4), (4, 4)), "dilation": (2, 2),
    },
    "2x3x6x6 | conv w 3x3 channels 4 stride 2 flip": {"stride": (2, 2), "flip": True},
    "2x6x7x6 | conv w 3x2 channels 4 groups 2": {"groups": 2},
    "2x6x7x6 | conv w 3x2 channels 3 groups 3 stride 2 padding 1": {
        "groups": 3, "stride": (2, 2), "padding": P1,
    },
    "2x4x6x6 | conv w 3x3 channels 4 groups 4 padding 1": {"groups": 4, "padding": P1},
    "2x4x6x6 | conv w 3x3 channels 8 groups 4 padding 1 stride 2 flip": {
        "groups": 4, "stride": (2, 2), "padding": P1, "flip": True,
    },
    "2x3x6x6 | conv w 1x1 channels 5": {},
    "2x3x7x7 | conv w 1x1 channels 5 stride 2": {"stride": (2, 2)},
    "2x4x6x6 | conv w 1x1 channels 6 groups 2": {"groups": 2},
    "2x3x6x6 | conv w 1x3 channels 5 padding 0x1": {"padding": ((0, 0), (1, 1))},
    "2x1x8x8 | conv w 5x5 channels 3": {},
    "1x3x6x6 | conv w 3x3 channels 2": {},
    "2x3x5x5 | conv w 5x5 channels 4": {},
    "2x3x6x6 | conv w 3x3 channels 1": {},
    "5x6 | conv w 2x3": {},
    "8x8 channels 3 | conv w 3x3 channels 2": {},
    "9 channels 2 batch 3 | conv w 4 channels 3 stride 3 padding 2": {
        "stride": (3,), "padding": ((2, 2),),
    },
    "9 channels 4 batch 3 | conv w 3 channels 4 groups 2 dilation 2": {
        "groups": 2, "dilation": (2,),
    },
    "4x5x6 channels 2 batch 2 | conv w 2x3x2 channels 3 stride 2x1x2 padding 1": {
        "stride": (2, 1, 2), "padding": ((1, 1), (1, 1), (1, 1)),
    },
    "4x5x6 channels 4 batch 2 | conv w 2x2x2 channels 4 groups 4": {"groups": 4},
    "2x3x5x5 | transposed_conv w 3x3 channels 2": {"edges": ((2, 2), (2, 2))},
    "2x3x3x4 | transposed_conv w 3x2 channels 2 stride 2x3 padding 1 output_padding 1x2": {
        "spread": (2, 3), "edges": ((1, 2), (0, 2)),
    },
    "2x3x4x4 | transposed_conv w 3x3 channels 2 stride 2 dilation 2 padding 1": {
        "spread": (2, 2), "dilation": (2, 2), "edges": ((3, 3), (3, 3)),
    },
    "2x4x4x4 | transposed_conv w 3x3 channels 6 groups 2 stride 2 padding 1": {
        "spread": (2, 2), "groups": 2, "edges": P1,
    },
    "2x4x7x7 | transposed_conv w 2x1 channels 2 groups 2 stride 3x1": {
        "spread": (3, 1), "groups": 2, "edges": ((1, 1), (0, 0)),
    },
    "2x4x5x6 | conv w 3x3 channels 12 groups 4 stride 1x3 padding 0x1": {
        "groups": 4, "stride": (1, 3), "padding": ((0, 0), (1, 1)),
    },
    "2x1x6x5 | conv w 3x2 channels 1 stride 3x1 padding 2 dilation 2": {
        "stride": (3, 1), "padding": ((2, 2), (2, 2)), "dilation": (2, 2),
    },
    "1x8x6x6 | conv w 3x1 channels 12 groups 4 stride 3 padding 1x2 dilation 2": {
        "groups": 4, "stride": (3, 3), "padding": ((1, 1), (2, 2)), "dilation": (2, 2),
    },
    "5x5x7 channels 2 batch 2 | transposed_conv w 3x1x1 channels 4 groups 2 stride 3x1x2": {
        "spread": (3, 1, 2), "groups": 2, "edges": ((2, 2), (0, 0), (0, 0)),
    },
    "2x4x4x4 | transposed_conv w 2x2 channels 4 groups 4 stride 2": {
        "spread": (2, 2), "groups": 4, "edges": P1,
    },
    "5 channels 2 batch 3 | transposed_conv w 4 channels 3 stride 2 padding 1": {
        "spread": (2,), "edges": ((2, 2),),
    },
    "3x2x3 channels 2 batch 2 | transposed_conv w 2x2x3 channels 3 stride 2x1x2": {
        "spread": (2, 1, 2), "edges": ((1, 1), (1, 1), (2, 2)),
    },
}  # fmt: skip
"""Texts behind `input x`, and what a person tells `lax` for them."""


def convolve(x, w, rank, options):
    """The convolution as a person writes it with `lax`; `edges` are those of a transposed one."""
    space, ones = "DHW"[-rank:], (1,) * rank
    known, wide = rank + 2 - x.ndim, rank + 2 - w.ndim
    image, kernel = (a.reshape((1,) * n + a.shape) for a, n in ((x, known), (w, wide)))
    groups, turned = options.get("groups", 1), tuple(range(2, rank + 2))
    letters = "OI"
    if "edges" in options:
        # w[c,f,m,n] counts f within its group: the groups go over to the filters.
        parts = kernel.reshape(groups, -1, *kernel.shape[1:]).swapaxes(0, 1)
        kernel, letters = parts.reshape(parts.shape[0], -1, *kernel.shape[2:]), "IO"
    if "edges" in options or options.get("flip"):
        kernel = jax.lax.rev(kernel, turned)
    z = jax.lax.conv_general_dilated(
        image,
        kernel,
        options.get("stride", ones),
        options.get("padding", options.get("edges", ((0, 0),) * rank)),
        options.get("spread"),
        options.get("dilation"),
        ("NC" + space, letters + space, "NC" + space),
        groups,
    )
    return z.reshape(z.shape[known:] if w.ndim > rank else z.shape[2:])


@pytest.mark.parametrize("text", slice_of(sorted(CONVOLUTIONS), 10))
def test_a_convolution_and_its_gradients_are_those_of_jax_bit_for_bit(text):
    network = parse_once(f"input x {text} -> z")
    module, options = network.compile("jax").module, CONVOLUTIONS[text]
    shapes = {n: tuple(map(int, network.tensor(n).shape)) for n in "xwz"}
    rank = text.split("conv w ")[1].split()[0].count("x") + 1
    random = np.random.default_rng(0)
    x, w, above = (random.standard_normal(shapes[n]).astype(np.float32) for n in "xwz")

    def derived(function):
        z, pull = jax.vjp(function, x, w)
        return z, *pull(above)

    ours = jax.jit(lambda: derived(module.network))()
    theirs = jax.jit(lambda: derived(lambda x, w: convolve(x, w, rank, options)))()
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
    assert network.generate("jax").source.count("lax.conv_general_dilated(") == 3


def test_the_list_has_every_option_of_a_convolution():
    words = {word for text in CONVOLUTIONS for word in text.split()}
    options = {"stride", "padding", "padding_after", "dilation", "groups", "flip", "output_padding"}
    assert options <= words
