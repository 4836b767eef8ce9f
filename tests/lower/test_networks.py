"""Whole networks and pointwise layers: what is emitted computes what their equations say."""

import numpy as np
import pytest
from lowering import Case, called, loaded, ranges, run_naively, tensor, total
from sympy import Integer, exp, tanh

from symconv.core.equation import Equation
from symconv.core.nodes import relu, sigmoid, step
from symconv.core.tensor import Name, Tensor, index, size

B, C, F, H, W = map(size, "BCFHW")
b, c, i, j, m, n, q, r = map(index, "bcijmnqr")
i_, j_, m_, n_, q_, r_ = (index(f"{x}'") for x in "ijmnqr")


def test_flatten_dense_and_mean_squared_error():
    x, v_ = tensor("x", (B, C, H, W), "input"), tensor("v", (B, C * H * W), "value")
    w, bias = tensor("W", (F, C * H * W), "parameter"), tensor("beta", (F,), "parameter")
    h, t = tensor("h", (B, F), "value"), tensor("t", (B, F), "target")
    cost = Tensor(Name("C"), (Integer(1),), "cost")
    dh, dv = tensor("h", h.shape, "delta"), tensor("v", v_.shape, "delta")
    dx, dw = tensor("x", x.shape, "gradient"), tensor("W", w.shape, "gradient")
    db = tensor("beta", (F,), "gradient")
    place = c * H * W + i * W + j
    forward = [
        Equation(v_[b, place], x[b, c, i, j], ranges((b, B), (c, C), (i, H), (j, W))),
        Equation(
            h[b, q], total(w[q, r] * v_[b, r], (r, C * H * W)) + bias[q], ranges((b, B), (q, F))
        ),
        Equation(cost[0], total((h[b, q] - t[b, q]) ** 2, (b, B), (q, F)) / (B * F), ()),
    ]
    backward = [
        Equation(dh[b, q], 2 * (h[b, q] - t[b, q]) / (B * F), ranges((b, B), (q, F))),
        Equation(
            dw[q_, r_], total(dh[b, q_] * v_[b, r_], (b, B)), ranges((q_, F), (r_, C * H * W))
        ),
        Equation(db[q_], total(dh[b, q_], (b, B)), ranges((q_, F))),
        Equation(dv[b, r_], total(dh[b, q] * w[q, r_], (q, F)), ranges((b, B), (r_, C * H * W))),
        Equation(dx[b, c, i, j], dv[b, place], ranges((b, B), (c, C), (i, H), (j, W))),
    ]
    case = Case(
        x, v_, w, bias, h, t, cost, dh, dv, dx, dw, db,
        forward=forward, backward=backward, sizes={B: 3, C: 2, H: 2, W: 3, F: 4},
    )  # fmt: skip
    case.check()
    assert "dW = delta_h.T @ values.v" in case.text
    assert "h = v @ W.T + beta" in case.text


def test_forum_network_with_a_single_number_at_the_end():
    three, two, one = Integer(3), Integer(2), Integer(1)
    x, w1 = tensor("i", (three, three), "input"), Tensor(Name("w", 1), (two, two), "parameter")
    w2, o1 = (
        Tensor(Name("w", 2), (two, two), "parameter"),
        Tensor(Name("o", 1), (two, two), "value"),
    )
    o2, y = Tensor(Name("o", 2), (one, one), "value"), tensor("y", (one, one), "target")
    cost = Tensor(Name("C"), (one,), "cost")
    do2 = Tensor(Name("o", 2, "delta"), (one, one), "delta")
    do1 = Tensor(Name("o", 1, "delta"), (two, two), "delta")
    dw1 = Tensor(Name("w", 1, "gradient"), (two, two), "gradient")
    dw2 = Tensor(Name("w", 2, "gradient"), (two, two), "gradient")
    taps = ((m, two), (n, two))
    forward = [
        Equation(o1[i, j], total(w1[m, n] * x[i + m, j + n], *taps), ranges((i, two), (j, two))),
        Equation(o2[i, j], total(w2[m, n] * o1[i + m, j + n], *taps), ranges((i, one), (j, one))),
        Equation(cost[0], (o2[0, 0] - y[0, 0]) ** 2, ()),
    ]
    backward = [
        Equation(do2[0, 0], 2 * (o2[0, 0] - y[0, 0]), ()),
        Equation(dw2[m_, n_], do2[0, 0] * o1[m_, n_], ranges((m_, two), (n_, two))),
        Equation(do1[i_, j_], do2[0, 0] * w2[i_, j_], ranges((i_, two), (j_, two))),
        Equation(
            dw1[m_, n_],
            total(do1[i, j] * x[i + m_, j + n_], (i, two), (j, two)),
            ranges((m_, two), (n_, two)),
        ),
    ]
    names = [x, w1, w2, o1, o2, y, cost, do2, do1, dw1, dw2]
    case = Case(*names, forward=forward, backward=backward)
    arrays = case.arrays()
    space = loaded(case.text)
    named = {"i": arrays["i"], "w1": arrays["w^1"], "w2": arrays["w^2"], "y": arrays["y"]}
    values = called(space["forward"], named)
    gradients = called(space["backward"], {**named, "values": values})
    expected = run_naively(case.tensors, case.forward + case.backward, arrays, {})
    for key, value in zip((t.key for t in case.results), gradients, strict=True):
        np.testing.assert_allclose(value, expected[key], rtol=1e-12)
    assert np.shape(values.C) == ()


@pytest.mark.parametrize("function", [relu, sigmoid, tanh, exp])
def test_pointwise_and_its_delta(function):
    x, y = tensor("x", (B, H), "input"), tensor("y", (B, H), "value")
    dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
    slope = {
        relu: step(x[b, i]),
        sigmoid: (1 - y[b, i]) * y[b, i],
        tanh: 1 - y[b, i] ** 2,
        exp: y[b, i],
    }[function]
    at = ranges((b, B), (i, H))
    Case(
        x, y, dy, dx, forward=[Equation(y[b, i], function(x[b, i]), at)],
        backward=[Equation(dx[b, i], dy[b, i] * slope, at)], sizes={B: 3, H: 4},
    ).check()  # fmt: skip


def test_sigmoid_neither_overflows_nor_loses_its_type():
    x, y = tensor("x", (H,), "input"), tensor("y", (H,), "value")
    case = Case(x, y, forward=[Equation(y[i], sigmoid(x[i]), ((i, H),))], sizes={H: 4})
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for kind in (np.float32, np.float64):
            found = case.run({"x": np.array([-1e3, -30, 0, 1e3], kind)})["y"]
            assert found.dtype == kind
            np.testing.assert_allclose(found, [0, 9.357622968840175e-14, 0.5, 1], rtol=1e-5)
