"""NaN and infinity in the values of every style, as PyTorch has them.

relu, maximum pooling and minima and maxima of equations propagate NaN; elu, softplus, sigmoid and
tanh have their limits at the infinities.
"""

from functools import cache

import numpy as np
import pytest

from symconv import Network

STYLES = ("loops", "readable", "fast")
NAN, INF = np.nan, np.inf


@cache
def compiled(text, style):
    return Network.parse(text).compile(style)


ENTRYWISE = {
    "relu": [NAN, INF, 0.0, 2.0],
    "leaky_relu": [NAN, INF, -INF, 2.0],
    "elu": [NAN, INF, -1.0, 2.0],
    "softplus": [NAN, INF, 0.0, np.log1p(np.exp(2.0))],
    "sigmoid": [NAN, 1.0, 0.0, 1 / (1 + np.exp(-2.0))],
    "tanh": [NAN, 1.0, -1.0, np.tanh(2.0)],
    "y[i] = max(x[i], 0) for i<4": [NAN, INF, 0.0, 2.0],
    "y[i] = min(x[i], 0) for i<4": [NAN, 0.0, -INF, 0.0],
    "y[i] = abs(x[i]) for i<4": [NAN, INF, INF, 2.0],
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("layer", ENTRYWISE)
def test_values_at_nan_and_at_both_infinities(layer):
    text = f"input x 4 | {layer}" + ("" if "=" in layer else " -> y")
    for style in STYLES:
        found = compiled(text, style).forward(x=np.array([NAN, INF, -INF, 2.0])).y
        assert np.allclose(found, ENTRYWISE[layer], rtol=1e-12, equal_nan=True), style


WINDOWS = {
    "unrolled": "input x 2x4 channels none | maxpool 2x2 -> y",
    "planned": "input x 1x4x4 batch N | conv w 1x1 channels 1 -> z | maxpool 2x2 -> y",
    "overlap": "input x 5x5 channels none batch 1 | maxpool 3x3 stride 2 -> y",
    "global": "input x 3x3 channels 2 batch 1 | global_maxpool -> y",
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("place", [0, 1, 5, 7])
def test_a_window_with_nan_has_the_maximum_nan_wherever_it_stands(name, place):
    program = Network.parse(WINDOWS[name]).program
    shape = tuple(int(n) if n.is_Integer else 1 for n in program.given[0].shape)
    x = np.arange(np.prod(shape), dtype=float)
    x[place] = NAN
    given = {"x": x.reshape(shape)} | (
        {"w": np.ones((1, 1, 1, 1))} if " w " in WINDOWS[name] else {}
    )
    found = [compiled(WINDOWS[name], s).forward(**given).y for s in STYLES]
    assert 0 < np.isnan(found[0]).sum() < found[0].size + (found[0].size == 1)
    for other in found[1:]:
        assert np.allclose(other, found[0], equal_nan=True)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("formula", ["1/x[i]", "x[i]/(x[i]*x[i])", "2/(x[i] + 0)", "x[i]^-1"])
def test_a_division_by_zero_is_what_numpy_makes_of_it(formula):
    text = f"input x 3 | y[i] = {formula} for i<3"
    values = [compiled(text, s).forward(x=np.array([0.0, -0.0, 2.0])).y for s in STYLES]
    assert np.isinf(values[0][:2]).all()
    for other in values[1:]:
        assert np.allclose(other, values[0], equal_nan=True)


def test_a_clip_leaves_nan_as_it_is():
    text = "input x 3 | y[i] = min(max(x[i], -1), 1) for i<3"
    for style in STYLES:
        found = compiled(text, style).forward(x=np.array([NAN, -2.0, 2.0])).y
        assert np.allclose(found, [NAN, -1.0, 1.0], equal_nan=True)


@pytest.mark.parametrize("text", ["input x 4 | elu -> y", "input x 4 | softplus -> y"])
def test_slopes_at_infinity_are_the_limits(text):
    x, seed = np.array([INF, -INF, 1.0, -1.0]), np.ones(4)
    for style in STYLES:
        module = compiled(text, style)
        slopes = module.backward(x=x, delta_y=seed, values=module.forward(x=x)).dx
        assert np.allclose(slopes[:2], [1.0, 0.0]), style


@pytest.mark.parametrize("style", ["loops", "fast"])
def test_of_minus_infinity_alone_the_first_entry_within_the_border_gets_the_gradient(style):
    """As in PyTorch; the styles that fill borders with minus infinity may give it to these."""
    module = compiled("input x 4x4 | maxpool 2x2 stride 2 padding 1 -> y", style)
    x, seed = np.full((4, 4), -INF), np.arange(1.0, 10.0).reshape(3, 3)
    slopes = module.backward(x=x, delta_y=seed, values=module.forward(x=x)).dx
    assert slopes.tolist() == [[1, 2, 0, 3], [4, 5, 0, 6], [0, 0, 0, 0], [7, 8, 0, 9]]
