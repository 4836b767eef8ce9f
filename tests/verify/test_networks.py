"""The checks on networks with masks, activations, forks, costs and brackets."""

from dataclasses import replace
from functools import cache

import pytest
from sympy import Expr, Integer, S, Sum

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.nodes import Box, MaxOver, OneHot, Partial, relu, step
from symconv.core.proof import Derivation, Step
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.verify.gradients import check_gradients
from symconv.verify.inner_products import check_inner_products
from symconv.verify.operand_swap import check_operand_swap
from symconv.verify.steps import check_steps

i, j, m, n = (index(letter) for letter in "ijmn")
i_, j_ = index("i'"), index("j'")
H, K, O = size("H"), size("K"), size("H_o")
p = amount("p")


def limits(*pairs):
    return tuple((v, S.Zero, k - 1) for v, k in pairs)


def tensor(letter, shape, role="value", kind=""):
    return Tensor(Name(letter, None, kind), shape, role)


def errors(checks):
    return [check.error for check in checks if not check.passed]


cost = tensor("C", (1,), "cost")
# A network with everything that is no contraction: a maximum with its mask, relu, a fork, a cost.

a, u, y, t = (tensor(letter, (H,)) for letter in "auyt")
t = replace(t, role="target")
v = tensor("v", (H,), "input")
mask = tensor("M", (H, K), "mask")
dv, dy, du, da = (
    tensor(
        q.name.letter, q.shape, "gradient" if q is v else "delta", "gradient" if q is v else "delta"
    )
    for q in (v, y, u, a)
)
WINDOW = MaxOver(a[i + m - p], *limits((m, K)))
FREE = ((i_, H),)
NETWORK = (
    Equation(a[i], relu(v[i]), ((i, H),)),
    Equation(u[i], WINDOW, ((i, H),)),
    Equation(y[i], u[i] * v[i], ((i, H),)),
    Equation(cost[0], Sum((y[i] - t[i]) ** 2, *limits((i, H))), ()),
    Equation(mask[i, m], OneHot(MaxOver(a[i + n - p], *limits((n, K))), m), ((i, H), (m, K))),
)
BACK = {
    "delta y": Equation(dy[i_], 2 * y[i_] - 2 * t[i_], FREE),
    "delta u": Equation(du[i_], dy[i_] * v[i_], FREE),
    "delta a": Equation(da[i_], Sum(du[i_ + p - m] * mask[i_ + p - m, m], *limits((m, K))), FREE),
    "gradient v": Equation(dv[i_], da[i_] * step(v[i_]) + dy[i_] * u[i_], FREE),
}


def network(**wrong: Expr):
    back = [replace(e, rhs=wrong.get(key.split()[-1], e.rhs)) for key, e in BACK.items()]
    tensors = (v, t, a, u, y, cost, mask, dy, du, da, dv)
    extent = SizeDefinition(size("R"), H - K, S.One)
    return Program(tensors, (*NETWORK, *back), "C", (extent,))


NETWORK_FAULTS = {
    "missing 2": ("y", y[i_] - t[i_]),
    "target minus output": ("y", 2 * t[i_] - 2 * y[i_]),
    "whole window": ("a", Sum(du[i_ + p - m], *limits((m, K)))),
    "no activation": ("v", da[i_] + dy[i_] * u[i_]),
    "fork forgotten": ("v", da[i_] * step(v[i_])),
    "wrong operand": ("u", dy[i_] * u[i_]),
    "offset": ("a", Sum(du[i_ + p - m] * mask[i_ + p - m, m - 1], *limits((m, K)))),
}


@cache
def verdicts(fault):
    made = network(**({} if fault is None else dict([NETWORK_FAULTS[fault]])))
    checks = [c for seed in range(4) for c in check_gradients(made, seed=seed)]
    transposes = [c for seed in range(4) for c in check_inner_products(made, seed=seed)]
    return checks, transposes


def test_masks_relu_forks_and_costs_pass():
    for checks in verdicts(None):
        assert len(checks) == 16
        assert errors(checks) == []
    assert [c.name for c in check_operand_swap(network())] == ["role swap delta u"]


@pytest.mark.parametrize("fault", sorted(NETWORK_FAULTS))
def test_mistakes_that_people_make_are_caught_in_the_equation_that_has_them(fault):
    culprit = NETWORK_FAULTS[fault][0]
    for checks in verdicts(fault):
        failed = {c.name.split()[-1] for c in checks if not c.passed}
        assert failed == {culprit}


def test_a_dropped_box_is_caught():
    total = Equation(cost[0], Sum(v[i + m], *limits((i, O), (m, K))), ())
    extent = SizeDefinition(O, H - K, S.One)
    right = Sum(Box(i_ - m, O), *limits((m, K)))
    for rhs, passes in ((right, True), (K, False), (Sum(Box(i_ - m, H), *limits((m, K))), False)):
        back = Equation(dv[i_], rhs, FREE)
        made = Program((v, cost, dv), (total, back), "C", (extent,))
        assert all(c.passed for c in check_gradients(made)) == passes
        steps = (
            Step("definition", Partial(cost[0], v[i_]), Partial(total.rhs, v[i_]), ""),
            Step("sifting", Partial(total.rhs, v[i_]), rhs, ""),
        )
        (check,) = check_steps(made, [Derivation(v, back, steps, (total,))])
        assert check.passed == passes
        assert passes or check.error.startswith("step 2 (sifting) at i'=")


def test_large_concrete_networks_are_sampled():
    big = tensor("x", (Integer(40), Integer(40)), "input")
    out = tensor("z", (Integer(38), Integer(38)))
    kernel = tensor("w", (Integer(3), Integer(3)), "parameter")
    rhs = Sum(kernel[m, n] * big[i + m, j + n], *limits((m, Integer(3)), (n, Integer(3))))
    ranges = ((i, Integer(38)), (j, Integer(38)))
    layer = Equation(out[i, j], rhs, ranges)
    delta = tensor("z", out.shape, "delta", "delta")
    g = tensor("x", big.shape, "gradient", "gradient")
    here = big[i_, j_]
    first = Partial(cost[0], here)
    second = Sum(delta[i, j] * Partial(out[i, j], here), *limits(*ranges))
    third = Sum(delta[i_ - m, j_ - n] * kernel[m, n], *limits((m, Integer(3)), (n, Integer(3))))
    steps = (Step("chain rule", first, second, ""), Step("the rest", second, third, ""))
    back = Equation(g[i_, j_], third, ((i_, Integer(40)), (j_, Integer(40))))
    made = Program((big, kernel, out, delta, g), (layer, back), "z")
    (check,) = check_steps(made, [Derivation(big, back, steps, (layer,))])
    assert check.passed, check.line
    assert 3 <= check.points < 1600
    assert "of 1600 points of 1 random trial" in check.detail
