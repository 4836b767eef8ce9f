"""Logits that are large and close together keep float32's digits in every style.

The largest logit is subtracted before anything is rounded: log(sum(exp(x))) itself has the digits
of the largest x alone. Compared with float64 on the same numbers.
"""

from functools import cache

import numpy as np
import pytest

from symconv import Network

TEXTS = {
    "labels": "input x 5 batch 3 | cross_entropy t labels -> E",
    "shares": "input x 5 batch 3 | cross_entropy t -> E",
    "each": "input x 5 batch 3 | cross_entropy t labels reduction none -> c | mse u -> E",
    "space": "input x 2x2 channels 5 batch 3 | cross_entropy t labels -> E",
    "softmax": "input x 5 | softmax -> p | sse t -> E",
    "log": "input x 5 batch 3 | log_softmax -> p | sse t -> E",
    "own": "input x 5 | n[k] = log(sum(i<5) exp(x[i])) - x[k] for k<5 | sse t -> E",
    "half": "input x 5 | n[k] = (x[k] - log(sum(i<5) exp(x[i])))/2 for k<5 | sse t -> E",
}
CASES = [(name, style) for name in TEXTS for style in ("loops", "readable", "fast")]


@cache
def network(name):
    return Network.parse(TEXTS[name])


def draw(name):
    """Logits around 1000 in steps that float32 holds, and what else the network is given."""
    random, given = np.random.default_rng(5), {}
    for t in network(name).program.given:
        shape = tuple(int(n) for n in t.shape)
        if t.name.letter == "x":
            given["x"] = (1000 + random.integers(-200, 200, shape) / 64).astype(np.float32)
        elif "labels" in TEXTS[name] and t.name.letter == "t":
            given["t"] = random.integers(5, size=shape)
        else:
            given[t.name.letter] = random.random(shape).astype(np.float32)
    return given


@pytest.mark.parametrize(("name", "style"), CASES)
def test_values_and_gradients_are_float32_exact(name, style):
    module, given = network(name).compile(style), draw(name)
    wide = {n: a.astype(np.float64) if a.dtype == np.float32 else a for n, a in given.items()}
    found, true = (
        (v := module.forward(**g))._asdict() | module.backward(**g, values=v)._asdict()
        for g in (given, wide)
    )
    for n, array in found.items():
        assert np.asarray(array).dtype == np.float32
        scale = np.abs(true[n]).max()
        assert np.abs(array - true[n]).max() <= 1e-6 * scale, n
