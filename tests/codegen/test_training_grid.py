"""Costs, gradients by name and predictions of many networks: in every style the same."""

from inspect import signature

import numpy as np
import pytest
from c_style import COMPILER, QUICK
from grids import slice_of

from symconv import Network
from symconv.codegen.c import build
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import input_arrays

TEXTS = (
    "input x NxT | embedding w 10x4 | flatten | dense v 3 | cross_entropy t labels",
    "input x Nx5 | dense w 4 | dropout m | dense v 3 | cross_entropy t labels weights u",
    # Names that mean something in the functions, or to NumPy where it writes arrays by name.
    "input x Nx5 | dense file 4 bias load | tanh | dense parameters 3 bias args | mse found",
    "input x Nx5 | dense predict 4 bias initial | tanh | dense save 3 | mse prediction",
    (
        "input x Nx5 | dense w 4 -> cost | tanh -> gradients | dense v 1 -> prediction "
        "| bce_logits t -> values"
    ),
    (
        "input x Nx3x6x6 | conv w 3x3 channels 4 padding 1 | batchnorm weight g bias h | relu "
        "| global_avgpool | dense v 5 | cross_entropy t"
    ),
    (
        "input x Nx3x6x6 | conv w 3x3 channels 6 groups 3 | maxpool 2x2 | relu | flatten "
        "| dense v 5 | log_softmax | nll_loss t labels"
    ),
    "input x NxTx4 | attention q k v o heads 2 | flatten | dense u 2 | mse t",
    "input x Nx2x5x5 | transposed_conv w 2x2 channels 3 stride 2 bias b | sigmoid | bce t",
    "input x Nx2x5x5 | conv w 3x3 channels 4 bias b | cross_entropy t labels ignore 255",
    "input x 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
    "input x Nx5 | layernorm weight g bias b | dense w 5 | add x | huber t",
    "input x Nx5 | dense w M bias b | relu | dense v 3 | mse t",
    "input x 1x9 channels none batch N | conv w 1x3 channels 4 stride s padding p | relu | sse t",
    "input x Nx4 | rmsnorm weight g | dense w 3 | smooth_l1 t",
    "input x Nx4 | y[b,j] = sum(k<4) w[j,k] exp(x[b,k]) for j<3 | half_sse t",
    (
        "input x Nx4 | y[b,j] = sum(k<4) w[j,k] x[b,k] + a[j] for j<3 "
        "| p[b,j] = exp(y[b,j]) / sum(k<3) exp(y[b,k]) | C = -sum(n<N, j<3) t[n,j] log(p[n,j])"
    ),
    "input x Nx8 | dense w 4 | scale s | l1 t",
    (
        "input x Nx2x4x4 | upsample 2 | conv w 3x3 channels 2 padding 1 border reflect "
        "| instancenorm weight g bias b | gelu | mse t"
    ),
    "input x Nx6 | dense w 4 | elu | dense w 6 transposed | sse t",
)


@pytest.mark.parametrize("text", slice_of(TEXTS, 10))
def test_costs_gradients_and_predictions_are_the_same(text):
    net = Network.parse(text)
    program, names = net.backward().program, net._module_names
    sizes = pick_sizes(program, seed=3)
    point = draw_float_point(program, sizes, 0)
    given = {names.tensors[k]: a for k, a in input_arrays(point, float).items()}
    given |= {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
    (right,) = point.values[net.backward().cost.key].values()
    found = {s: compute(compile_in(net, s, program, sizes), given) for s in list_styles()}
    cost, gradients, prediction = found["readable"]
    assert cost == pytest.approx(right, rel=1e-9)
    for style, (other, others, predicted) in found.items():
        assert other == pytest.approx(cost, rel=1e-9), style
        assert others.keys() == gradients.keys()
        np.testing.assert_allclose(predicted, prediction, rtol=1e-9, atol=1e-12, err_msg=style)
        for name, g in gradients.items():
            np.testing.assert_allclose(others[name], g, rtol=1e-7, atol=1e-10, err_msg=style)


def list_styles():
    return ("readable", "fast", "loops", *(["c"] if COMPILER else []))


def compile_in(net, style, program, sizes):
    if style != "c":
        return net.compile(style).module
    fixed = net.fixed(**{str(s): sizes[s] for s in program.free_sizes})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FLAGS", QUICK)
        return fixed.compile("c", dtype="float64").module


def compute(module, given):
    """The cost, the gradients by name, and what is predicted."""
    p = {known.name: given[known.name] for known in module.PARAMETERS}
    if hasattr(module, "initial"):
        first = module.initial(0)
        assert {n: w.shape for n, w in first.items()} == {n: np.shape(a) for n, a in p.items()}

    def call(function):
        wanted = [n for n, q in signature(function).parameters.items() if q.default is q.empty]
        return function(**{n: given[n] for n in wanted if n != "parameters"}, parameters=p)

    cost, gradients = call(module.cost_and_gradients)
    assert tuple(gradients) == tuple(p)
    return float(cost), gradients, call(module.predict)
