"""Random affine contractions: every gradient is right, in the formula and in the emitted code."""

import random

import pytest
from grids import parts
from sympy import KroneckerDelta, Mul, Rational, Sum

from symconv.calculus.reverse_mode import reverse_mode
from symconv.codegen.compiled import Compiled
from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import module_names, readable_module
from symconv.core.equation import Equation, Program
from symconv.core.nodes import limits
from symconv.core.tensor import Name, Tensor, index
from symconv.verify.generated_module import ModuleUnderTest
from symconv.verify.gradients import check_gradients
from symconv.verify.module_checks import check_module
from symconv.verify.operand_swap import check_operand_swap
from symconv.verify.per_equation import points_for_equations

OUT, BOUND = [index(v) for v in "ij"], [index(v) for v in "mn"]
COEFFICIENTS = (1, 1, 1, 1, -1, 2, -2, Rational(1, 2), 3)


def place(r, indices):
    """An affine index: coefficients from -3 to 3, an offset from -3 to 3."""
    used = r.sample(indices, r.randint(1, min(2, len(indices))))
    return sum((r.randint(-3, 3) * v for v in used), start=0) + r.randint(-3, 3)


def contraction(seed):
    """A program of one equation: a sum of products of one to three factors."""
    r = random.Random(seed)
    out = [(v, r.randint(1, 4)) for v in OUT[: r.randint(1, 2)]]
    bound = [(v, r.randint(1, 4)) for v in BOUND[: r.randint(0, 2)]]
    indices = [v for v, _ in (*out, *bound)]
    tensors, factors = [], []
    for letter in "uvw"[: r.randint(1, 3)]:
        if tensors and r.random() < 0.2:
            tensor = tensors[-1]
        else:
            shape = [r.randint(1, 6) for _ in range(r.randint(1, 2))]
            role = "input" if letter == "u" else "parameter"
            tensor = Tensor(Name(letter), tuple(shape), role, ("p", "q")[: len(shape)])
            tensors.append(tensor)
        factors.append(tensor[tuple(place(r, indices) for _ in tensor.shape)])
    term = Mul(r.choice(COEFFICIENTS), *factors)
    rhs = Sum(term, *limits(bound)) if bound else term
    y = Tensor(Name("y"), tuple(n for _, n in out), "value", tuple(v.name for v, _ in out))
    ranges = tuple((v, y.shape[k]) for k, (v, _) in enumerate(out))
    equation = Equation(y[tuple(v for v, _ in out)], rhs, ranges)
    return Program((*tensors, y), (equation,), "y")


def faults(program):
    """Everything that the oracle, the role swap and the emitted code find wrong."""
    given = tuple(t for t in program.tensors if t.role != "value")
    backward = reverse_mode(program, given)
    whole = backward.program
    made = points_for_equations(whole, 1, 0)
    checks = [*check_gradients(whole, made=made), *check_operand_swap(whole, made=made)]
    assert len(checks) == 2 * len(given)
    source = render_module(
        readable_module(
            program, whole, returned=backward.results, seed=backward.seed, title="contraction"
        ),
        READABLE,
    )
    names = module_names(program, whole)
    module = ModuleUnderTest(vars(Compiled(source, names.tensors).module), names.tensors)
    checks += check_module(whole, {}, module)
    return [c.line for c in checks if not c.passed]


def wrong(seeds):
    """The seeds at which something is wrong or refused, with what."""
    found = {}
    for seed in seeds:
        program = contraction(seed)
        try:
            lines = faults(program)
        except Exception as error:  # noqa: BLE001 - a refusal is a failure, too
            lines = [f"{type(error).__name__}: {error}"]
        if lines:
            found[seed] = (program.equations[0].rhs, [t.shape for t in program.tensors], lines)
    return found


@pytest.mark.parametrize("part", parts(4))
def test_random_contractions(part):
    assert wrong(range(part * 50, (part + 1) * 50)) == {}


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_two_thousand_random_contractions(part):
    assert wrong(range(1000 + part * 100, 1000 + (part + 1) * 100)) == {}


def test_a_bracket_of_free_indices_alone_is_lowered():
    p, q = OUT
    t = Tensor(Name("t"), (4,), "input", ("p",))
    for a, b in ((p, q), (2 * p, q), (p, 3 - q), (p, q + 1)):
        y = Tensor(Name("y"), (4, 4), "value", ("i", "j"))
        equation = Equation(
            y[p, q], t[p] * KroneckerDelta(a, b), ((p, y.shape[0]), (q, y.shape[1]))
        )
        program = Program((t, y), (equation,), "y")
        backward = reverse_mode(program, (t,))
        source = render_module(
            readable_module(
                program, backward.program, returned=backward.results, seed=backward.seed, title="d"
            ),
            READABLE,
        )
        names = module_names(program, backward.program)
        module = ModuleUnderTest(vars(Compiled(source, names.tensors).module), names.tensors)
        checks = [*check_gradients(backward.program), *check_module(backward.program, {}, module)]
        assert [c.line for c in checks if not c.passed] == [], (a, b)


def test_a_diagonal_keeps_a_bracket_of_free_indices():
    i = OUT[0]
    x = Tensor(Name("x"), (3, 3), "input", ("p", "q"))
    y = Tensor(Name("y"), (3,), "value", ("i",))
    program = Program((x, y), (Equation(y[i], x[i, i], ((i, y.shape[0]),)),), "y")
    assert reverse_mode(program, (x,)).equations[0].rhs.has(KroneckerDelta)
    assert faults(program) == []
