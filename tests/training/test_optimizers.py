"""Updates are those of the formulas, in place, and those of PyTorch."""

import numpy as np
import pytest

from symconv import SGD, Adam
from symconv.core.errors import SymconvError

ALL = [SGD(0.1), SGD(0.05, momentum=0.9), Adam(0.01), Adam(0.1, decay=(0.5, 0.8), epsilon=1e-3)]


def follow(optimizer, w, gradients):
    kept = {kind: np.zeros_like(w) for kind in optimizer.kinds}
    for step, g in enumerate(gradients, 1):
        optimizer.update(w, g.copy(), kept, step)
    return w


def draw(steps=5):
    random = np.random.default_rng(0)
    return random.standard_normal((2, 3)), random.standard_normal((steps, 2, 3))


def test_descent_with_momentum_is_its_formula():
    w, gradients = draw(3)
    a, b, c = gradients
    wanted = w - 0.1 * (a + (0.5 * a + b) + (0.25 * a + 0.5 * b + c))
    np.testing.assert_allclose(follow(SGD(0.1, momentum=0.5), w.copy(), gradients), wanted)


def test_the_first_step_of_adam_has_the_size_of_the_rate():
    w, gradients = draw(1)
    found = follow(Adam(0.01), w.copy(), gradients)
    np.testing.assert_allclose(found, w - 0.01 * np.sign(gradients[0]), rtol=1e-6)


@pytest.mark.parametrize("optimizer", ALL, ids=repr)
def test_they_are_those_of_pytorch(optimizer):
    torch = pytest.importorskip("torch")
    w, gradients = draw()
    twin = torch.nn.Parameter(torch.tensor(w))
    if isinstance(optimizer, SGD):
        other = torch.optim.SGD([twin], lr=optimizer.rate, momentum=optimizer.momentum)
    else:
        settings = {"betas": optimizer.decay, "eps": optimizer.epsilon}
        other = torch.optim.Adam([twin], lr=optimizer.rate, **settings)
    for g in gradients:
        twin.grad = torch.tensor(g)
        other.step()
    np.testing.assert_allclose(
        follow(optimizer, w.copy(), gradients), twin.detach().numpy(), rtol=1e-12
    )


@pytest.mark.parametrize("optimizer", ALL, ids=repr)
def test_arrays_are_changed_in_place_and_keep_their_type(optimizer):
    w, gradients = (a.astype(np.float32) for a in draw())
    found = follow(optimizer, w, gradients)
    assert found is w
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(0), "rate = 0 is no step"),
        (lambda: SGD(float("nan")), "rate = nan is no step"),
        (lambda: SGD(0.1, momentum=1.0), "momentum = 1.0 remembers too much"),
        (lambda: Adam(-1.0), "rate = -1.0 is no step"),
        (lambda: Adam(decay=(0.9, 1.5)), "decay = 1.5 remembers too much"),
        (lambda: Adam("a"), "rate = 'a' is no step"),
        (lambda: SGD(0.1, momentum=None), "momentum = None remembers too much"),
        (lambda: Adam(epsilon=0.0), "epsilon = 0.0 is no step"),
    ],
)
def test_numbers_that_make_no_step_are_refused(make, words):
    with pytest.raises(SymconvError, match=words):
        make()
