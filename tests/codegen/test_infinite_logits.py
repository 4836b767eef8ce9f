"""Costs of classes where logits are infinite, in every style: what PyTorch makes of them.

A class with the logit -inf is masked: it has no share, and no gradient. Where every class of a
sample is masked, or one has the logit inf, there is no distribution, and what comes is NaN.
"""

from functools import cache
from itertools import product

import numpy as np
import pytest

from symconv import Network

torch = pytest.importorskip("torch")
F = torch.nn.functional
INF, NAN = np.inf, np.nan

ROWS = {
    "one masked": [1.0, 2.0, -INF, 0.5],
    "two masked": [-INF, 0.0, 3.0, -INF],
    "all but the label": [-INF, 1.5, -INF, -INF],
    "the label itself": [0.5, -INF, 1.0, 2.0],
    "all masked": [-INF] * 4,
    "one beyond all": [1.0, INF, 0.0, 2.0],
    "another beyond all": [INF, 0.0, 0.0, 2.0],
    "not a number": [0.0, 1.0, NAN, 2.0],
    "large": [900.0, 1.0, -INF, 1000.0],
    "small": [-900.0, -1000.0, -INF, -901.0],
}
BATCHES = [*((name,) for name in ROWS), ("one masked", "two masked", "large"),
           ("one masked", "all masked"), ("two masked", "the label itself")]  # fmt: skip
COSTS = {
    "input x 4 batch N | cross_entropy t labels -> E": F.cross_entropy,
    "input x 4 batch N | log_softmax -> l | nll_loss t labels -> E": lambda x, t: F.nll_loss(
        F.log_softmax(x, 1), t
    ),
    "input x 4 batch N | cross_entropy t labels reduction sum smoothing 0.1 -> E": (
        lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1, reduction="sum")
    ),
    "input x 4 batch N | cross_entropy t labels ignore 3 -> E": (
        lambda x, t: F.cross_entropy(x, t, ignore_index=3)
    ),
}
STYLES = ("loops", "readable", "fast")


@cache
def compiled(text, style):
    return Network.parse(text).compile(style)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("text", COSTS)
def test_cost_and_gradient_are_those_of_torch(text):
    for batch, kind in product(BATCHES, (np.float64, np.float32)):
        x = np.array([ROWS[name] for name in batch], kind)
        t = np.ones(len(batch), int)
        given = torch.tensor(x, requires_grad=True)
        cost = COSTS[text](given, torch.tensor(t))
        cost.backward()
        for style in STYLES:
            module = compiled(text, style)
            values = module.forward(x=x, t=t)
            dx = module.backward(x=x, t=t, values=values).dx
            close = {"rtol": 1e-5, "atol": 1e-6, "err_msg": f"{batch} {style}"}
            np.testing.assert_allclose(values.E, cost.item(), **close)
            np.testing.assert_allclose(dx, given.grad.numpy(), **close)
            assert dx.dtype == kind


def test_a_masked_class_costs_nothing_and_has_the_gradient_0():
    """Without PyTorch: log(exp(1) + exp(2) + exp(0.5)) - 2, and 0 at the masked class."""
    x, t = np.array([[1.0, 2.0, -INF, 0.5]]), np.array([1])
    for style in STYLES:
        module = compiled(next(iter(COSTS)), style)
        values = module.forward(x=x, t=t)
        assert np.isclose(values.E, np.log(np.exp([1, 2, 0.5]).sum()) - 2)
        assert module.backward(x=x, t=t, values=values).dx[0, 2] == 0
