"""Central differences: the backward pass is the derivative of the forward pass."""

import runpy
from pathlib import Path

import numpy as np

MODULE = runpy.run_path(str(Path(__file__).with_name("conv_pool_sigmoid_dense_fast.py")))
SHAPES = {
    "o": (5, 5),
    "w": (2, 2),
    "b": (1,),
    "W": (2, 4),
    "t": (2,),
}
OPTIONS = {}
GRADIENTS = {
    "w": "dw",
    "b": "db",
    "W": "dW",
    "o": "do",
}
ENTRIES = 25
STEP = 1e-6


def arrays(dtype=np.float64):
    random = np.random.default_rng(0)
    sizes = {name: np.sqrt(np.prod(shape[1:])) for name, shape in SHAPES.items()}
    return {n: (random.standard_normal(SHAPES[n]) / sizes[n]).astype(dtype) for n in SHAPES}


def call(name, given):
    function = MODULE[name]
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{n: given[n] for n in wanted}, **OPTIONS)


def cost(given):
    return float(call("forward", given).E)


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


def test_a_step_is_both_passes_at_once():
    given = arrays()
    found = call("step", given).gradients
    for one, other in zip(found, gradients(given), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_computes_what_the_readable_module_computes():
    readable = runpy.run_path(str(Path(__file__).with_name("conv_pool_sigmoid_dense.py")))

    def called(name, known):
        function = readable[name]
        wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
        return function(**{n: known[n] for n in wanted}, **OPTIONS)

    given = arrays()
    right = called("forward", given)
    shown = call("forward", given)
    for name in (n for n in right._fields if hasattr(shown, n)):
        one, other = getattr(shown, name), getattr(right, name)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10, err_msg=name)
    right = called("backward", given | {"values": right})
    found = gradients(given)
    assert found._fields == right._fields
    for name, one, other in zip(found._fields, found, right, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10, err_msg=name)
