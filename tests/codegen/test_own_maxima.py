"""Maxima and minima of one's own at NaN and the infinities: values as PyTorch has them.

Gradients are compared with PyTorch's where no two sides are equal or NaN. There it halves them, or
gives the whole to both; here what is largest first gets it, in every style the same.
"""

from functools import cache

import numpy as np
import pytest

from symconv import Network

torch = pytest.importorskip("torch")
INF, NAN = np.inf, np.nan
STYLES = ("loops", "readable", "fast")
X = [NAN, INF, -INF, 3.0, 0.0, 6.0, -1.0, 7.5]
B = [1.0, INF, 2.0, NAN, -INF, 6.0, INF, -INF]
least, most, clamp = torch.minimum, torch.maximum, torch.clamp

OF_ONE = {
    "max(x[i], 3)": lambda x: clamp(x, min=3),
    "max(3, x[i])": lambda x: clamp(x, min=3),
    "max(x[i], -3)": lambda x: clamp(x, min=-3),
    "min(x[i], 3)": lambda x: clamp(x, max=3),
    "min(-2, x[i])": lambda x: clamp(x, max=-2),
    "min(max(x[i], 0), 6)": lambda x: clamp(x, 0, 6),
    "max(min(x[i], 6), 0)": lambda x: clamp(x, 0, 6),
    "min(max(x[i], -1), 1)": lambda x: clamp(x, -1, 1),
    "max(-x[i], 2)": lambda x: clamp(-x, min=2),
    "max(2*x[i], 1)/2": lambda x: clamp(2 * x, min=1) / 2,
    "max(x[i], 1 - x[i])": lambda x: most(x, 1 - x),
    "max(x[i], x[i]/2)": lambda x: most(x, x / 2),
    "min(x[i], -x[i])": lambda x: least(x, -x),
    "x[i] + relu(3 - x[i])": lambda x: clamp(x, min=3),
    "1 - relu(1 - x[i])": lambda x: clamp(x, max=1),
    "max(x[i], -x[i], 3)": lambda x: clamp(most(x, -x), min=3),
    "min(1, x[i], 2 - x[i])": lambda x: least(clamp(x, max=1), 2 - x),
    "3*max(x[i], 1) + 1": lambda x: 3 * clamp(x, min=1) + 1,
    "max(x[i], 0)^2 - max(-x[i], 1)": lambda x: torch.relu(x) ** 2 - clamp(-x, min=1),
}
OF_TWO = {
    "max(x[i], b[i])": most,
    "min(x[i], b[i])": least,
    "x[i] + relu(b[i] - x[i])": most,
    "x[i] - relu(x[i] - b[i])": least,
    "max(x[i], b[i], 2)": lambda x, b: clamp(most(x, b), min=2),
    "max(x[i], min(b[i], 1))": lambda x, b: most(x, clamp(b, max=1)),
}
WRONG = {
    "max(x[i], 3)": lambda x: clamp(x, max=3),
    "min(max(x[i], 0), 6)": lambda x: clamp(x, 0, 5),
    "max(x[i], 1 - x[i])": lambda x: most(x, -x),
}


@cache
def compiled(formula, style):
    return Network.parse(f"input x 8 | y[i] = {formula} for i<8").compile(style)


def run(formula, style, arrays):
    """The value and the gradients, where each entry of the value counts once."""
    module = compiled(formula, style)
    values = module.forward(**arrays)
    slopes = module.backward(**arrays, delta_y=np.ones_like(values.y), values=values)
    return values.y, slopes._asdict()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "formula",
    [
        pytest.param(f, marks=[pytest.mark.long] if k % 4 else [])
        for k, f in enumerate([*OF_ONE, *OF_TWO])
    ],
)
def test_values_are_those_of_torch_and_gradients_the_same_in_all_styles(formula):
    right, names = (OF_ONE | OF_TWO)[formula], ("x", "b") if formula in OF_TWO else ("x",)
    for kind in (np.float64, np.float32):
        arrays = dict(zip("xb", (np.array(X, kind), np.array(B, kind)), strict=True))
        given = {n: torch.tensor(arrays[n], requires_grad=True) for n in names}
        wanted = right(*given.values())
        wanted.sum().backward()
        found = {s: run(formula, s, {n: arrays[n] for n in names}) for s in STYLES}
        # Where a side is NaN, or two are equal, torch has rules of its own.
        clear = np.isfinite(arrays["x"]) & ((arrays["b"] != arrays["x"]) | (names == ("x",)))
        for style, (y, slopes) in found.items():
            assert y.dtype == kind
            np.testing.assert_allclose(y, wanted.detach().numpy(), rtol=1e-6, err_msg=style)
            for n, g in slopes.items():
                np.testing.assert_allclose(g, found["loops"][1][n], rtol=1e-6, err_msg=style)
                there = clear & ~np.isin(arrays["x"], [0.0, 3.0, 6.0, -1.0])
                wish = given[n[1:]].grad.numpy()
                np.testing.assert_allclose(g[there], wish[there], rtol=1e-6, err_msg=style)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("formula", WRONG)
def test_another_bound_would_be_seen(formula):
    wrong = WRONG[formula](torch.tensor(X, dtype=torch.float64)).numpy()
    for style in STYLES:
        y, _ = run(formula, style, {"x": np.array(X)})
        assert not np.allclose(y, wrong, equal_nan=True)


def test_code_reads_as_a_person_would_write_it():
    text = Network.parse("input x 8 | y[i] = min(max(x[i], -1), 1) for i<8").numpy_source()
    assert "y = np.minimum(np.maximum(x, -1), 1)" in text
