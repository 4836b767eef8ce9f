"""A maximum is known by its own mask, where an equation has several of them."""

import pytest

from symconv import Network


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("input x 6 | y[i] = (max(m<2) x[i+m]) + 2*(max(m<3) x[i+m]) for i<4", (1, 2)),
        ("input x 6 | y[i] = (max(m<3) x[i+m]) + (max(m<3) x[2*i+m]) for i<2", (1, 2)),
        ("input x 6 | y[i] = (max(m<3) x[i+m])*(max(m<3) x[i+m]) for i<4", (1,)),
        ("input x 4x4 | y[i] = (max(m<4) x[i,m]) + 3*(max(m<4, n<2) x[m,i+n]) for i<3", (1, 2)),
        ("input x 4x4 | y[i] = (max(m<4, n<2) x[m,i+n])*(max(m<4) x[i,m]) for i<3", (1, 2)),
    ],
)
def test_every_maximum_has_a_mask_of_its_own(text, masks):
    network = Network.parse(f"{text} | sse t -> C")
    gradient = network.backward().program.equation("gradient x")
    read = {key for key in gradient.reads if key.startswith("M")}
    assert read == ({f"M^{n}" for n in masks} if len(masks) > 1 else {"M"})
    assert all(check.passed or check.open for check in network.verify())
