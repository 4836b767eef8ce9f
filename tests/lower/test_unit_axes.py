"""An axis of length 1 costs nothing: it is a view, and the other axes stay in their order."""

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
