"""An axis of length 1 costs nothing: it is a view, and the other axes stay in their order."""

import numpy as np
import pytest

from symconv import Network

COPY = "y = np.copy(np.broadcast_to(x[:, None], (3, 2)))"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("input x 3 | y[i,j] = x[i] for i<3, j<1", "y = x[:, None]"),
        ("input x 3 | y[j,i] = exp(x[i]) for i<3, j<1", "y = np.exp(x).reshape(1, 3)"),
        ("input x 3x4 | y[i,j,k] = exp(x[i,k]) for i<3, j<1, k<4", "y = np.exp(x)[:, None]"),
        ("input x NxC | y[b,i,j] = x[b,i] for i<C, j<1", "y = x[:, :, None]"),
        ("input x 3 | y[i,j] = x[i] for i<3, j<2", COPY),
    ],
)
def test_a_new_axis_of_length_1_is_a_view_and_a_longer_one_a_copy(text, line):
    assert f" {line}  # (1)\n" in Network.parse(text).numpy_source("readable")


@pytest.mark.parametrize(
    "text",
    [
        "input x Nx4 | dense w 1 bias b -> z",
        "input x Nx1x4x4 | conv w 2x2 channels 1 bias b -> z",
        "input x 1x1x4x4 | conv w 2x2 channels 2 bias b -> z",
    ],
)
def test_an_axis_of_length_1_stands_where_the_result_has_it(text):
    source = Network.parse(text).numpy_source("readable")
    forward = source[source.index("def forward") : source.index("return Forward")]
    (last,) = (line for line in forward.splitlines() if line.lstrip().startswith("z = "))
    assert ".transpose" not in last
    assert ".T  #" not in last
    assert ").T" not in last


READ_TWICE = [
    "z[n,c] = sum(j) V[c,j] h[n,j] for n<1, c<5 | q[n,c] = sum(j) M[c,j] h[n,j] for n<1, c<5",
    "z[n,c] = sum(j) V[c,j] h[n,j] for n<1, c<3 | q[n,c] = sum(j) V[j,c] h[n,j] for n<1, c<3",
    "z[n,c] = sum(m<2) v[m] h[n,c+m] for n<1, c<2 | q[n,c] = sum(m<2) w[m] h[n,c+m] for n<1, c<2",
    "dense V 4 of h -> z | dense M 4 of h -> q",
]


@pytest.mark.parametrize("text", READ_TWICE)
def test_sums_over_one_letter_do_not_capture_a_free_index(text):
    """d(y)/dh[n,c'] has one sum over c for each reader of h, and a single sample."""
    network = Network.parse(f"input x 3 batch 1 | h[n,c] = x[n,c]^2 | {text} | mul z")
    plain, arrays = network.compile("loops"), network.compile("readable")
    draw = np.random.default_rng(6)
    keys = plain.arrays
    given = {
        keys[t.key]: draw.normal(size=[int(n) for n in t.shape])
        for t in network.program.tensors
        if t.role in {"input", "parameter"}
    }
    seed = network.backward().seed
    delta = draw.normal(size=[int(n) for n in seed.shape])
    error = {keys[seed.key]: delta}
    found = [
        made.backward(**given, **error, values=made.forward(**given)) for made in (arrays, plain)
    ]
    for mine, right in zip(*found, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-10)


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize(
    "text",
    [
        "input x 2x6x7 batch 1 | local w 1x3 channels 1",
        "input x 2x6x7 batch 1 | local w 3x1 channels 1 padding 1x0",
        "input x 1x2x4x3 | local w 1x1 channels 1",
        "input x 2x3x4 channels none | y[b,i,c,d,j] = exp(x[c,i,j]) for b<1, i<3, c<2, d<1, j<4",
        "input x 2x3 channels none | y[i,d,c] = x[c,i]*w[i,c] for i<3, d<1, c<2",
        "input x 2x3 channels none | y[a,i,d,c] = x[c,i]*w[i] for a<1, i<3, d<1, c<2",
    ],
)
def test_axes_of_length_1_between_axes_in_another_order(text, style):
    """Three axes of one entry in the weight of a layer: its gradient had rows for channels."""
    network = Network.parse(text)
    assert [c.line for c in network.verify(style, draws=1) if not c.passed] == []
