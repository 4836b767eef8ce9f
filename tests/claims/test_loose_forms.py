"""What people leave out: an index, a rate, the entries of arrays. Each with its wrong twin."""

import pytest

from symconv import Network

CONV = "input x 3x3 | conv w 2x2 bias b -> z | relu -> y | half_sse t -> C"
DENSE = "input x 2 | dense W 2 bias b -> z | relu -> a | half_sse t -> C"

CASES = [
    (CONV, r"w^{(t+1)} = w^{(t)} - \eta \frac{\partial C}{\partial w_{m,n}}", "indices_left_out"),
    (CONV, r"w^{(t+1)} = w^{(t)} + \eta \frac{\partial C}{\partial w_{m,n}}", "wrong"),
    (DENSE, "W <- W - dC/dW", "rate_of_one"),
    (DENSE, "b <- b - dC/db", "rate_of_one"),
    (DENSE, "W <- W + dC/dW", "wrong"),
    (DENSE, "W <- W - dC/db", "wrong"),
    (CONV, r"\frac{d}{dw} (t - y)^2 = -2 (t - y) \frac{d}{dw} y", "right"),
    (CONV, r"\frac{d}{dw} (t - y)^2 = 2 (t - y) \frac{d}{dw} y", "wrong"),
    (CONV, r"\frac{d}{dw} (t - y)^2 = -(t - y) \frac{d}{dw} y", "wrong"),
    (DENSE, r"C = \frac{1}{2} \sum (a - t)^2", "right"),
    (DENSE, r"C = \sum (a - t)^2", "wrong"),
    (DENSE, "C = 1/2 sum(a - t)^2", "right"),
    (DENSE, "C = sum(a - t)^2", "wrong"),
    (DENSE, "C = 1/2 (sum(a - t))^2", "wrong"),
    (CONV, r"z_{i,j} = \sum_m \sum_n w_{m,n} x_{i+m,j+n} + b_{i,j}", "untied_bias"),
    (CONV, r"z_{i,j} = \sum_m \sum_n w_{m,n} x_{i+n,j+m} + b_{i,j}", "wrong"),
    (CONV, r"dz_{i,j}/dw_{p,q} = d/dw_{p,q} (\sum_{m,n} w_{m,n} x_{i+m,j+n} + b_{i,j})", "right"),
]


@pytest.mark.parametrize(("network", "claim", "said"), CASES)
def test_what_is_left_out_is_a_condition_or_a_reading(network, claim, said):
    found = Network.parse(network, "ij0").check(claim)
    if said in {"right", "wrong"}:
        assert found.verdict == said, str(found)
    else:
        assert (found.verdict, found.names) == ("right under a condition", (said,)), str(found)
