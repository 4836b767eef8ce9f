"""Many steps of gradient descent are taken by the generated module, in the fast style."""

import numpy as np
import pytest

from symconv import Network
from symconv.trace import descent
from symconv.trace.trace import trace_network

NETWORKS = {
    "pool": "input o 5x5 | conv w 2x2 bias b -> x | maxpool 2 -> p | sigmoid -> a "
    "| flatten -> v | dense W 2 -> h | half_sse t -> E",
    "batch": "input x 6 batch 4 | dense w 3 bias b -> h | tanh -> a | dense v 2 -> y | mse t -> C",
    "labels": "input x 5 batch 6 | dense w 3 bias b -> h | cross_entropy t labels -> C",
}


def values_of(net, text):
    """Random entries of everything that is given."""
    rng, found = np.random.default_rng(0), {}
    for t in net.program.tensors:
        if net.program.equation(t.key) is None:
            shape = tuple(int(n) for n in t.shape)
            labels = t.role == "target" and "labels" in text
            found[t.key] = (
                rng.integers(3, size=shape) if labels else rng.normal(size=shape)
            ).tolist()
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_the_module_goes_where_the_interpreter_goes(name, monkeypatch):
    net = Network.parse(NETWORKS[name])
    values = values_of(net, NETWORKS[name])
    slow = trace_network(net, values, steps=descent.EXACT_STEPS, rate="0.05").descent
    monkeypatch.setattr(descent, "EXACT_STEPS", 2)
    asked = []
    compiled = Network.compile
    monkeypatch.setattr(
        Network, "compile", lambda self, style: asked.append(style) or compiled(self, style)
    )
    fast = trace_network(net, values, steps=len(slow.losses) - 1, rate="0.05").descent
    assert asked == ["fast"]
    assert len(fast.losses) == len(slow.losses)
    np.testing.assert_allclose([*map(float, fast.losses)], [*map(float, slow.losses)], rtol=1e-9)
    last, wanted = fast.stages[-1].weights, slow.stages[-1].weights
    for key, table in wanted.items():
        for place, value in table.items():
            assert abs(float(last[key][place]) - float(value)) < 1e-9


def test_few_steps_are_exact():
    net = Network.parse("input x 2 | dense w 1 -> h | sse t -> C")
    found = trace_network(net, {"x": [1, 2], "w": [[1, 0]], "t": [3]}, steps=3, rate="0.1").descent
    assert not any(isinstance(loss, float) for loss in found.losses)
