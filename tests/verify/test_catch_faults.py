"""The checks pass a convolution derived by hand, and catch every fault planted in it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from sympy import KroneckerDelta, S, Sum

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.nodes import Box, Partial
from symconv.core.proof import Derivation, Step
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.verify.gradients import check_gradients
from symconv.verify.inner_products import check_inner_products
from symconv.verify.operand_swap import check_operand_swap
from symconv.verify.steps import check_steps

b, c, f, i, j, m, n = (index(letter) for letter in "bcfijmn")
B, C, F, H, W, K, L, O, Q = (size(s) for s in ("B", "Ch", "F", "H", "W", "K", "L", "H_o", "W_o"))
s, d, p = size("s"), size("d"), amount("p")
b_, c_, f_, i_, j_, m_, n_ = (index(f"{letter}'") for letter in "bcfijmn")


def limits(*pairs):
    return tuple((v, S.Zero, k - 1) for v, k in pairs)


def tensor(letter, shape, role="value", kind=""):
    return Tensor(Name(letter, None, kind), shape, role)


x, w = tensor("x", (B, C, H, W), "input"), tensor("w", (F, C, K, L), "parameter")
z = tensor("z", (B, F, O, Q))
dz = tensor("z", z.shape, "delta", "delta")
gx, gw = (tensor(t.name.letter, t.shape, "gradient", "gradient") for t in (x, w))
cost = tensor("C", (1,), "cost")

TAPS = limits((c, C), (m, K), (n, L))
OUT = limits((b, B), (f, F), (i, O), (j, Q))
REACH = x[b, c, s * i + d * m - p, s * j + d * n - p]
CONV = Sum(w[f, c, m, n] * REACH, *TAPS)
FORWARD = Equation(z[b, f, i, j], CONV, ((b, B), (f, F), (i, O), (j, Q)))
SIZES = (
    SizeDefinition(O, H + 2 * p - d * (K - 1) - 1, s),
    SizeDefinition(Q, W + 2 * p - d * (L - 1) - 1, s),
)
HERE = x[b_, c_, i_, j_]
IMAGE = ((b_, B), (c_, C), (i_, H), (j_, W))
MATCH = KroneckerDelta(b, b_) * KroneckerDelta(c, c_)
ROWS, COLUMNS = (
    KroneckerDelta(s * i + d * m - p, i_),
    KroneckerDelta(s * j + d * n - p, j_),
)
READ = dz[b_, f, (i_ + p - d * m) / s, (j_ + p - d * n) / s]
DX = Sum(READ * w[f, c_, m, n], *limits((f, F), (m, K), (n, L)))
BOXED = READ * w[f, c_, m, n] * Box((i_ + p - d * m) / s, O) * Box((j_ + p - d * n) / s, Q)
FORMULAS = (
    ("", Partial(cost[0], HERE)),
    ("chain rule", Sum(dz[b, f, i, j] * Partial(z[b, f, i, j], HERE), *OUT)),
    ("definition", Sum(dz[b, f, i, j] * Partial(CONV, HERE), *OUT)),
    ("linearity", Sum(dz[b, f, i, j] * Sum(w[f, c, m, n] * Partial(REACH, HERE), *TAPS), *OUT)),
    (
        "derivative of an entry",
        Sum(dz[b, f, i, j] * Sum(w[f, c, m, n] * MATCH * ROWS * COLUMNS, *TAPS), *OUT),
    ),
    (
        "exchange of sums",
        Sum(dz[b, f, i, j] * w[f, c, m, n] * MATCH * ROWS * COLUMNS, *OUT, *TAPS),
    ),
    (
        "renaming",
        Sum(
            dz[b_, f, i, j] * w[f, c_, m, n] * ROWS * COLUMNS,
            *limits((f, F), (i, O), (j, Q), (m, K), (n, L)),
        ),
    ),
    ("sifting", Sum(BOXED, *limits((f, F), (m, K), (n, L)))),
    ("absorb", DX),
)
DW = Sum(
    dz[b, f_, i, j] * x[b, c_, s * i + d * m_ - p, s * j + d * n_ - p],
    *limits((b, B), (i, O), (j, Q)),
)
EQUATIONS = (
    Equation(gx[b_, c_, i_, j_], DX, IMAGE),
    Equation(gw[f_, c_, m_, n_], DW, ((f_, F), (c_, C), (m_, K), (n_, L))),
)


def program(equations=EQUATIONS):
    return Program((x, w, z, dz, gx, gw), (FORWARD, *equations), "z", SIZES)


def derivation(formulas=FORMULAS):
    steps = tuple(
        Step(rule, before, after, "") for (_, before), (rule, after) in pairwise(formulas)
    )
    return Derivation(x, replace(EQUATIONS[0], rhs=formulas[-1][1]), steps, (FORWARD,))


def errors(checks):
    return [check.error for check in checks if not check.passed]


@pytest.mark.parametrize("seed", range(3))
def test_the_derivation_of_a_strided_convolution_passes(seed):
    (check,) = check_steps(program(), [derivation()], seed=seed)
    assert check.passed, check.line
    assert "8 steps at all" in check.detail
    assert check.points > 20
    assert len(check.sizes) == 3
    assert check.line.startswith("ok ")


@pytest.mark.parametrize("seed", range(3))
def test_the_gradients_of_a_strided_convolution_pass(seed):
    for check_all in (check_gradients, check_inner_products, check_operand_swap):
        checks = check_all(program(), seed=seed)
        assert [c.name.split()[-1] for c in checks] == ["x", "w"]
        assert errors(checks) == []
        assert all(c.points >= 3 for c in checks)


def changed(number, change):
    """The derivation with one formula changed in both of the steps that share it."""
    formulas = list(FORMULAS)
    formulas[number] = (formulas[number][0], change(formulas[number][1]))
    return derivation(tuple(formulas))


SHORT = limits((f, F), (i, O - 1), (j, Q), (m, K), (n, L))
STEP_FAULTS = {
    "a sign": (1, lambda e: -e),
    "a factor 2": (4, lambda e: 2 * e),
    "a dropped bracket of a row": (5, lambda e: e.xreplace({ROWS: S.One})),
    "a dropped bracket of a sample": (4, lambda e: e.xreplace({KroneckerDelta(b, b_): S.One})),
    "a wrong index shift": (7, lambda e: e.xreplace({i_: i_ + 1})),
    "divisibility dropped": (8, lambda e: e.xreplace({READ: undivided()})),
    "padding dropped": (8, lambda e: e.xreplace({p: S.Zero})),
    "stride and dilation swapped": (8, lambda e: e.xreplace({s: d, d: s})),
    "axes swapped": (8, lambda e: e.xreplace({i_: j_, j_: i_})),
    "the layer's other tensor": (2, lambda e: e.xreplace({HERE: w[f_, c_, i_, j_]})),
    "a limit too short": (6, lambda e: e.func(e.function, *SHORT)),
}  # fmt: skip


def undivided():
    return dz[b_, f, i_ + p - d * m, j_ + p - d * n]


@pytest.mark.parametrize("fault", sorted(STEP_FAULTS))
def test_a_fault_in_a_step_is_caught_where_it_is(fault):
    number, change = STEP_FAULTS[fault]
    (check,) = check_steps(program(), [changed(number, change)])
    assert not check.passed
    if "tensor" not in fault:
        assert check.error.startswith(f"step {number} ({FORMULAS[number][0]}) at b'="), check.error
    assert check.line.startswith("FAILED")


def test_a_broken_chain_is_caught():
    whole = derivation()
    gap = replace(whole, steps=whole.steps[:3] + whole.steps[4:])
    assert "step 4 (exchange of sums) does not start" in check_steps(program(), [gap])[0].error
    short = replace(whole, steps=whole.steps[:-1])
    assert "does not end" in check_steps(program(), [short])[0].error
    late = replace(whole, steps=whole.steps[1:])
    assert "step 1 starts from" in check_steps(program(), [late])[0].error
    other = replace(whole, of=w)
    assert "step 1 starts from" in check_steps(program(), [other])[0].error
    assert check_steps(program(), [replace(whole, steps=())])[0].error == "there is no step"


GRADIENT_FAULTS = {
    "a sign": lambda e: -e,
    "twice": lambda e: 2 * e,
    "a wrong index shift": lambda e: e.xreplace({i_: i_ + 1, m_: m_ + 1}),
    "stride dropped": lambda e: e.xreplace({s: S.One}),
    "dilation dropped": lambda e: e.xreplace({d: S.One}),
    "padding dropped": lambda e: e.xreplace({p: S.Zero}),
    "flipped": lambda e: e.xreplace({w[f, c_, m, n]: w[f, c_, K - 1 - m, n], m_: K - 1 - m_}),
    "axes swapped": lambda e: e.xreplace({i_: j_, j_: i_, m_: n_, n_: m_}),
    "nothing": lambda e: S.Zero * e,
}


@pytest.mark.parametrize("check_all", [check_gradients, check_inner_products, check_operand_swap])
@pytest.mark.parametrize("fault", sorted(GRADIENT_FAULTS))
def test_a_fault_in_a_gradient_is_caught(check_all, fault):
    wrong = tuple(replace(e, rhs=GRADIENT_FAULTS[fault](e.rhs)) for e in EQUATIONS)
    checks = check_all(program(wrong))
    assert len(checks) == 2
    for check in checks:
        assert not check.passed, check.line
        assert "H=" in check.error


def test_entries_that_a_gradient_leaves_out_are_caught():
    short = replace(EQUATIONS[1], ranges=((f_, F), (c_, C), (m_, K - 1), (n_, L)))
    sizes = (*SIZES, SizeDefinition(size("R"), K - 2, S.One))
    made = replace(program((EQUATIONS[0], short)), sizes=sizes)
    assert any("are computed" in e for e in errors(check_gradients(made)))
