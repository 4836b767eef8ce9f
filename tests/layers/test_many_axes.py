"""Inputs of six and seven axes: batch, channels, and four or five of space."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.codegen.styles import STYLES

torch = pytest.importorskip("torch")
compared = pytest.importorskip("torch_layers").compared
F = torch.nn.functional


def conv4(x, w):
    """A convolution over four axes: one over three for each place of the kernel along the first."""
    rows = x.shape[2] - w.shape[2] + 1
    return torch.stack(
        [sum(F.conv3d(x[:, :, i + m], w[:, :, m]) for m in range(w.shape[2])) for i in range(rows)],
        dim=2,
    )


SIX, SEVEN = (2, 2, 3, 2, 3, 2), (2, 1, 2, 3, 2, 2, 2)
CASES = {
    "input x Nx2x3x2x3x2 | conv w 2x2x1x2 channels 3 -> z": (SIX, (3, 2, 2, 2, 1, 2), conv4),
    "input x Nx1x2x3x2x2x2 | softmax -> p": (SEVEN, (), lambda x: F.softmax(x, 1)),
    "input x Nx1x2x3x2x2x2 | pad 1x0x0x0x2 value 3 -> y": (
        SEVEN,
        (),
        lambda x: F.pad(x, (2, 2, 0, 0, 0, 0, 0, 0, 1, 1), value=3),
    ),
    "input x Nx1x2x3x2x2x2 | maxpool 1x2x1x1x2 -> p": (
        SEVEN,
        (),
        lambda x: x[:, :, :, :2].amax((3, 6), keepdim=True),
    ),
}


@pytest.mark.parametrize("text", CASES)
def test_every_style_agrees_with_pytorch(text):
    shape, kernel, reference = CASES[text]
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=shape)} | ({"w": rng.normal(size=kernel)} if kernel else {})
    network = Network.parse(text)
    for style in STYLES:
        compiled = network.compile(style)
        output = compiled.arrays[network.program.output]
        errors = compared(compiled, arrays, reference, {}, 0, output=output)
        assert max(errors.values()) < 1e-12, (style, errors)


def test_claims_about_four_axes_of_space_are_judged():
    network = Network.parse("input x 3x2x3x2 channels 2 | conv w 2x2x1x2 -> z | half_sse t -> C")
    claim = "dC/dw[c,0,n,0,1] = sum_{i,l} (z[i,0,l,0] - t[i,0,l,0]) x[c,i,n,l,1]"
    assert network.check(claim).verdict == "right"
    assert network.check(claim.replace("l,1]", "l,0]")).verdict == "wrong"
