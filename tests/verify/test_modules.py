"""The module check passes right NumPy code, by floats, rationals and symbols, and catches edits."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sympy import Integer, S, Sum, tanh

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.nodes import relu
from symconv.core.tensor import Name, Tensor, index, size
from symconv.verify import module_checks
from symconv.verify.error_bounds import is_polynomial
from symconv.verify.generated_module import ModuleUnderTest
from symconv.verify.module_checks import check_module, is_transcendental

i, j, m, n, q, r = (index(letter) for letter in "ijmnqr")
H, W, K, O, Q, s = (size(letter) for letter in ("H", "W", "K", "H_o", "W_o", "s"))
SIZES = {H: 5, W: 6, K: 2, O: 2, Q: 3, s: 2}


def tensor(letter, shape, role="value", kind=""):
    return Tensor(Name(letter, None, kind), shape, role)


def limits(*pairs):
    return tuple((v, S.Zero, k - 1) for v, k in pairs)


x, w = tensor("x", (H, W), "input"), tensor("w", (K, K), "parameter")
z, y, t = tensor("z", (O, Q)), tensor("y", (O, Q)), tensor("t", (O, Q), "target")
cost = tensor("C", (1,), "cost")
dy, dz = (tensor(v.name.letter, v.shape, "delta", "delta") for v in (y, z))
gw, gx = (tensor(v.name.letter, v.shape, "gradient", "gradient") for v in (w, x))
FREE = ((i, O), (j, Q))


def program(function, slope):
    """A strided convolution, a pointwise function and half the squared error."""
    convolution = Sum(w[m, n] * x[s * i + m, s * j + n], *limits((m, K), (n, K)))
    loss = Sum((y[i, j] - t[i, j]) ** 2, *limits((i, O), (j, Q))) / 2
    dx = Sum(dz[(q - m) / s, (r - n) / s] * w[m, n], *limits((m, K), (n, K)))
    equations = (
        Equation(z[i, j], convolution, FREE),
        Equation(y[i, j], function(z[i, j]), FREE),
        Equation(cost[0], loss, ()),
        Equation(dy[i, j], y[i, j] - t[i, j], FREE),
        Equation(dz[i, j], dy[i, j] * slope(z[i, j]), FREE),
        Equation(gw[q, r], Sum(dz[i, j] * x[s * i + q, s * j + r], *limits((i, O), (j, Q))),
                 ((q, K), (r, K))),
        Equation(gx[q, r], dx, ((q, H), (r, W))),
    )  # fmt: skip
    definitions = (SizeDefinition(O, H - K, s), SizeDefinition(Q, W - K, s))
    return Program((x, w, t, z, y, cost, dy, dz, gw, gx), equations, "C", definitions)


NAMES = {
    "x": "x", "w": "w", "t": "t", "z": "z", "y": "y", "C": "C",
    "delta y": "delta_y", "delta z": "delta_z", "gradient w": "dw", "gradient x": "dx",
}  # fmt: skip


def module(function, slope, letters="ijmn,ij->mn", sign=1):
    def windows(x, k, s):
        return sliding_window_view(x, (k, k))[::s, ::s]

    def forward(x, w, t, *, s):
        z = np.einsum("ijmn,mn->ij", windows(x, len(w), s), w, optimize=True)
        y = function(z)
        return {"z": z, "y": y, "C": ((y - t) ** 2).sum() / 2}

    def backward(x, w, t, values, *, s):
        delta_z = sign * (values["y"] - t) * slope(values["z"])
        dx = np.zeros(x.shape, dtype=x.dtype)
        for m_, n_ in np.ndindex(*w.shape):
            rows, columns = (s * e for e in delta_z.shape)
            dx[m_ : m_ + rows : s, n_ : n_ + columns : s] += delta_z * w[m_, n_]
        dw = np.einsum(letters, windows(x, len(w), s), delta_z, optimize=True)
        return {"dw": dw, "dx": dx}

    return ModuleUnderTest({"forward": forward, "backward": backward}, NAMES, {"s": 2})


def square(v):
    return v**2


def twice(v):
    return 2 * v


KINDS = {
    "polynomial": (square, twice, square, twice, 4),
    "relu": (relu, relu.fdiff, lambda v: np.maximum(v, 0), lambda v: v > 0, 3),
    "tanh": (tanh, lambda v: 1 - tanh(v) ** 2, np.tanh, lambda v: 1 - np.tanh(v) ** 2, 2),
}


def setting(kind):
    ours, slope, theirs, their_slope, count = KINDS[kind]
    slope = (lambda v: relu(v).fdiff()) if kind == "relu" else slope
    return program(ours, slope), (theirs, their_slope), count


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_right_code_passes_by_every_means_there_is(kind):
    made, functions, count = setting(kind)
    checks = check_module(made, SIZES, module(*functions))
    assert [c.error for c in checks] == [""] * count
    assert all(c.points > 5 for c in checks)
    assert (is_polynomial(made), is_transcendental(made)) == (count == 4, count == 2)
    assert ("symbols" in checks[-1].name) == (count == 4)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("fault", [{"letters": "ijmn,ij->nm"}, {"sign": -1}])
def test_edited_code_is_caught_by_every_means_that_runs_the_backward_pass(kind, fault):
    made, functions, count = setting(kind)
    checks = check_module(made, SIZES, module(*functions, **fault))
    failed = [c.name for c in checks if not c.passed]
    assert len(failed) == count - 1
    assert "module's forward function" not in failed
    assert all("gradient " in c.error for c in checks if not c.passed)


def test_a_wrong_forward_function_is_caught_by_its_differences_too():
    made, (function, slope), _ = setting("tanh")
    checks = check_module(made, SIZES, module(lambda v: function(v) * v, slope))
    assert all(not c.passed for c in checks)


@pytest.mark.parametrize(
    ("style", "work", "points"),
    [("loops", 0, 3), ("loops", 1000, 6), ("loops", 10**7, 9), ("readable", 0, 9)],
)
def test_loops_run_as_often_as_their_work_allows(monkeypatch, style, work, points):
    """A forward pass visits 79 leaves here, and three tensors are given."""
    monkeypatch.setattr(module_checks, "LOOP_WORK", work)
    made, (function, slope), _ = setting("tanh")
    right, wrong = module(function, slope), module(lambda v: function(v) * v, slope)
    for code, passes in ((right, True), (wrong, False)):
        check = check_module(made, SIZES, replace(code, style=style))[1]
        assert (check.points, check.passed) == (points, passes)


def test_results_may_be_tuples_and_missing_ones_are_caught():
    made, functions, _ = setting("polynomial")
    right = module(*functions)

    def forward(x, w, t, *, s):
        return tuple(right.namespace["forward"](x, w, t, s=s).values())

    def backward(x, w, t, values, *, s):
        named = dict(zip(("z", "y"), values[:2], strict=True))
        found = right.namespace["backward"](x, w, t, named, s=s)
        return found["dw"], found["dx"]

    namespace = {"forward": forward, "backward": backward}
    order = ("z", "y", "C"), ("gradient w", "gradient x")
    checks = check_module(made, SIZES, ModuleUnderTest(namespace, NAMES, {"s": 2}, *order))
    assert all(c.passed for c in checks)
    names = {k: v for k, v in NAMES.items() if k != "gradient x"}
    (first, *_) = check_module(made, SIZES, ModuleUnderTest(right.namespace, names, {"s": 2}))
    assert "does not answer gradient x" in first.error
    (first, *_) = check_module(made, SIZES, ModuleUnderTest(right.namespace, NAMES))
    assert "nothing is known for the parameter 's'" in first.error


def test_a_shape_that_differs_is_caught():
    made, functions, _ = setting("polynomial")
    right = module(*functions).namespace

    def backward(x, w, t, values, *, s):
        found = right["backward"](x, w, t, values, s=s)
        return {**found, "dx": found["dx"][:-1]}

    edited = ModuleUnderTest({**right, "backward": backward}, NAMES, {"s": 2})
    (first, *_) = check_module(made, SIZES, edited)
    assert "gradient x has" in first.error


def test_a_delta_may_be_given_from_outside():
    rhs = Sum(w[m, n] * x[s * i + m, s * j + n], *limits((m, K), (n, K)))
    gradient = Sum(dz[i, j] * x[s * i + q, s * j + r], *limits((i, O), (j, Q)))
    equations = (Equation(z[i, j], rhs, FREE), Equation(gw[q, r], gradient, ((q, K), (r, K))))
    made = Program((x, w, z, dz, gw), equations, "z", ())

    def forward(x, w):
        return {"z": np.einsum("ijmn,mn->ij", sliding_window_view(x, (2, 2))[::2, ::2], w)}

    def backward(x, delta_z):
        return {"dw": np.einsum("ijmn,ij->mn", sliding_window_view(x, (2, 2))[::2, ::2], delta_z)}

    checks = check_module(
        made, SIZES, ModuleUnderTest({"forward": forward, "backward": backward}, NAMES)
    )
    assert len(checks) == 4
    assert all(c.passed for c in checks), [c.line for c in checks]


def test_integer_sizes_in_a_formula_do_not_make_it_rational():
    mean = Sum(x[i, j], *limits((i, H), (j, W))) / (H * W)
    assert is_polynomial(Program((x, cost), (Equation(cost[0], mean, ()),), "C"))
    fraction = Integer(1) / x[0, 0]
    assert not is_polynomial(Program((x, cost), (Equation(cost[0], fraction, ()),), "C"))
