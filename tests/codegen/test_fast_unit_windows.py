"""Windows with one tap or one place are planned like all others, though they show no index."""

import numpy as np
import pytest
from sympy import Integer, Sum, tanh

from symconv.api import Network
from symconv.codegen.fast.plan.planner import Contract, plan_network
from symconv.codegen.fast.plan.simplify import drop_unit_sums
from symconv.codegen.fast.plan.unit_indices import WindowedProduct, restore_unit_indices
from symconv.core.equation import Equation
from symconv.core.tensor import Name, Tensor, index

CASES = [
    f"input x {batch}3x6x6 | conv w {kernel} channels {filters} {options} -> z | sse t -> C"
    for kernel in ("1x1", "1x3", "3x1")
    for batch, filters, options in (
        ("Nx", 4, ""),
        ("Nx", 1, "padding 1"),
        ("", 2, "bias b"),
        ("2x", 3, "flip"),
    )
] + [
    "input x Nx3x6x6 | conv w 1x1 channels 4 stride 2 -> z | sse t -> C",
    "input x Nx3x6x6 | conv w 1x1 channels 4 dilation 2 stride 3 -> z | sse t -> C",
    "input x 2x3x5x5 | transposed_conv w 1x1 channels 2 -> z | sse t -> C",
    "input x 2x3x5x5 | transposed_conv w 1x3 channels 2 stride 2 -> z | sse t -> C",
]


@pytest.mark.parametrize("text", CASES)
def test_both_passes_are_planned_as_contractions(text):
    net = Network.parse(text)
    made = plan_network(net.program, net.backward())
    planned = {s.equation.key for s in (*made.forward, *made.backward) if isinstance(s, Contract)}
    assert planned >= ({"z"} if "transposed" in text else {"z", "gradient w"})


@pytest.mark.parametrize("text", CASES)
def test_they_compute_what_the_readable_module_computes(text):
    net, rng = Network.parse(text), np.random.default_rng(1)
    arrays = {
        t.key: rng.normal(size=[int(n) if n.is_Integer else 3 for n in t.shape])
        for t in net.program.given
    }
    found = {}
    for style in ("readable", "fast"):
        module = net.compile(style)
        values = module.forward(**arrays)
        gradients = module.backward(**arrays, values=values)._asdict()
        found[style] = {"C": values.C, **gradients}
    assert found["readable"].keys() == found["fast"].keys()
    for name, right in found["readable"].items():
        np.testing.assert_allclose(found["fast"][name], right, rtol=1e-9, atol=1e-9)


def test_an_index_stands_on_the_windows_and_on_the_axis_of_one_entry():
    net = Network.parse("input x Nx3x6x6 | conv w 1x3 channels 4 stride 2 -> z")
    equation = net.program.equation("z")
    (kernel,) = [a for a in equation.rhs.function.args if str(a.base.label) == "w"]
    (image,) = [a for a in equation.rhs.function.args if str(a.base.label) == "x"]
    extents = dict(equation.ranges) | {v: high + 1 for v, _, high in equation.rhs.limits}
    free = frozenset(v for v, _ in equation.ranges)
    product = WindowedProduct(net.program, equation.lhs, image, kernel, extents, free, ())
    (restored,) = restore_unit_indices(product, 2)
    (new,) = set(restored.extents) - set(extents)
    assert restored.extents[new] == 1
    assert restored.other.indices[2] == new
    assert restored.windowed.indices == (
        *image.indices[:2],
        image.indices[2] + new,
        image.indices[3],
    )
    assert restored.result == equation.lhs


def test_a_sum_over_one_value_is_that_value():
    """A batch of one needs no product of matrices: wherever it stands, and no other sum is less."""
    x, y = Tensor(Name("x"), (3, 4), "input"), Tensor(Name("y"), (3,), "value")
    i, k, m = map(index, "ikm")
    for rhs, left in (
        (Sum(x[i, k], (k, 0, 0)), x[i, 0]),
        (2 + x[i, 1] * Sum(x[i, k], (k, 0, 0)), 2 + x[i, 1] * x[i, 0]),
        (Sum(x[k, m], (k, 0, 2), (m, 0, 0)), Sum(x[k, 0], (k, 0, 2))),
        (Sum(x[i, k], (k, 0, 1)), Sum(x[i, k], (k, 0, 1))),
        (tanh(x[i, 0]), tanh(x[i, 0])),
    ):
        assert drop_unit_sums(Equation(y[i], rhs, ((i, Integer(3)),))).rhs == left
