"""Central differences: the backward pass is the derivative of the forward pass."""

import runpy
from pathlib import Path

import numpy as np

MODULE = runpy.run_path(str(Path(__file__).with_name("lenet5.py")))
SHAPES = {
    "x": (2, 1, 28, 28),
    "w1": (6, 1, 5, 5),
    "b1": (6,),
    "w2": (16, 6, 5, 5),
    "b2": (16,),
    "W1": (120, 400),
    "c1": (120,),
    "W2": (84, 120),
    "c2": (84,),
    "W3": (10, 84),
    "c3": (10,),
    "t": (2,),
}
CLASSES = {
    "t": 10,
}
OPTIONS = {}
GRADIENTS = {
    "w1": "dw1",
    "b1": "db1",
    "w2": "dw2",
    "b2": "db2",
    "W1": "dW1",
    "c1": "dc1",
    "W2": "dW2",
    "c2": "dc2",
    "W3": "dW3",
    "c3": "dc3",
    "x": "dx",
}
ENTRIES = 25
STEP = 1e-6


def arrays(dtype=np.float64):
    random = np.random.default_rng(0)
    sizes = {name: np.sqrt(np.prod(shape[1:])) for name, shape in SHAPES.items()}
    given = {n: (random.standard_normal(SHAPES[n]) / sizes[n]).astype(dtype) for n in SHAPES}
    return given | {n: random.integers(count, size=SHAPES[n]) for n, count in CLASSES.items()}


def call(name, given):
    function = MODULE[name]
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{n: given[n] for n in wanted}, **OPTIONS)


def cost(given):
    return float(call("forward", given).C)


def gradients(given):
    return call("backward", given | {"values": call("forward", given)})


def test_backward_is_the_derivative_of_forward():
    given = arrays()
    found = gradients(given)
    for name, gradient in GRADIENTS.items():
        entries = given[name].reshape(-1)
        for place in np.random.default_rng(1).permutation(entries.size)[:ENTRIES]:
            value = entries[place]
            entries[place] = value + STEP
            above = cost(given)
            entries[place] = value - STEP
            below = cost(given)
            entries[place] = value
            slope = (above - below) / (2 * STEP)
            exact = getattr(found, gradient).reshape(-1)[place]
            assert abs(slope - exact) <= 1e-4 * max(1.0, abs(exact)), (name, place)


def test_float32_stays_float32():
    given = arrays(np.float32)
    values = call("forward", given)
    found = call("backward", given | {"values": values})
    assert all(np.asarray(value).dtype == np.float32 for value in (*values, *found))
