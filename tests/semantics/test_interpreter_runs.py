"""Whole programs at concrete sizes: numbers, symbols, sizes, and the limit on both."""

from fractions import Fraction
from itertools import product

import pytest
from sympy import Integer, Max, Rational, Sum, Symbol, expand

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, relu
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.semantics.algebra import Exact
from symconv.semantics.autodiff import Tape
from symconv.semantics.run import run_program, unroll
from symconv.semantics.sizes import pick_sizes

i, j, m, n, c, r = (index(letter) for letter in "ijmncr")


def tensor(letter, layer, shape, role="value", kind=""):
    return Tensor(Name(letter, layer, kind), shape, role)


def conv(out, kernel, image, shape, k):
    body = kernel[m, n] * image[i + m, j + n]
    rhs = Sum(body, (m, 0, k - 1), (n, 0, k - 1))
    return Equation(out[i, j], rhs, ((i, Integer(shape)), (j, Integer(shape))))


def forum():
    """3x3 image, two 2x2 kernels, one squared error; forward equations and the backward ones."""
    image, target = tensor("i", None, (3, 3), "input"), tensor("y", None, (1, 1), "target")
    w1, w2 = (tensor("w", layer, (2, 2), "parameter") for layer in (1, 2))
    o1, o2 = tensor("o", 1, (2, 2)), tensor("o", 2, (1, 1))
    cost = tensor("C", None, (1,), "cost")
    d1, d2 = (tensor("o", layer, o.shape, "delta", "delta") for layer, o in ((1, o1), (2, o2)))
    g1, g2 = (tensor("w", layer, (2, 2), "gradient", "gradient") for layer in (1, 2))
    p, q = index("p"), index("q")
    outer = ((p, Integer(2)), (q, Integer(2)))

    def gradient(g, delta, source, k):
        limits = ((i, 0, k - 1), (j, 0, k - 1))
        return Equation(g[p, q], Sum(delta[i, j] * source[i + p, j + q], *limits), outer)

    forward = (
        conv(o1, w1, image, 2, 2),
        conv(o2, w2, o1, 1, 2),
        Equation(cost[0], (o2[0, 0] - target[0, 0]) ** 2, ()),
    )
    back = (
        Equation(d2[i, j], 2 * (o2[i, j] - target[i, j]), ((i, Integer(1)), (j, Integer(1)))),
        gradient(g2, d2, o1, 1),
        Equation(d1[p, q], Sum(d2[p - m, q - n] * w2[m, n], (m, 0, 1), (n, 0, 1)), outer),
        gradient(g1, d1, image, 2),
    )
    tensors = (image, w1, w2, o1, o2, target, cost, d1, d2, g1, g2)
    return Program(tensors, forward + back, "C")


def symbol(t, place):
    layer = "" if t.name.layer is None else f"^{t.name.layer}"
    flat = place[0] * int(t.shape[-1]) + place[-1] + 1 if len(place) == 2 else place[0]
    return Symbol(f"{t.name.letter}_{flat}{layer}")


FORUM_VALUES = {
    "i": {p: 1 + 3 * p[0] - p[1] for p in product(range(3), repeat=2)},
    "w^1": {(0, 0): 1, (0, 1): -2, (1, 0): 0, (1, 1): 3},
    "w^2": {(0, 0): 2, (0, 1): 1, (1, 0): -1, (1, 1): 1},
    "y": {(0, 0): 7},
}


def test_a_run_computes_every_tensor():
    tables = run_program(forum(), {}, FORUM_VALUES, Exact())
    o1 = tables["o^1"]
    image = FORUM_VALUES["i"]
    assert o1[1, 0] == image[1, 0] - 2 * image[1, 1] + 3 * image[2, 1]
    o2 = 2 * o1[0, 0] + o1[0, 1] - o1[1, 0] + o1[1, 1]
    assert tables["o^2"] == {(0, 0): o2}
    assert tables["C"] == {(0,): (o2 - 7) ** 2}
    assert tables["gradient w^2"] == {p: 2 * (o2 - 7) * o1[p] for p in o1}


def test_a_run_may_start_in_the_middle_and_computes_only_what_is_wanted():
    given = {"delta o^1": {p: Fraction(1, 2 + p[0]) for p in product(range(2), repeat=2)}}
    image = {"i": FORUM_VALUES["i"]}
    tables = run_program(forum(), {}, {**given, **image}, Exact(), wanted=["gradient w^1"])
    assert sorted(tables) == ["delta o^1", "gradient w^1", "i"]
    values = image["i"]
    expected = (values[0, 1] + values[0, 2]) / Fraction(2) + (
        values[1, 1] + values[1, 2]
    ) / Fraction(3)
    assert tables["gradient w^1"][0, 1] == expected


def test_missing_and_misshapen_values_are_refused():
    with pytest.raises(SymconvError, match=r"'i' has no values and no equation"):
        run_program(forum(), {}, {}, Exact(), wanted=["o^1"])
    short = {**FORUM_VALUES, "i": {(0, 0): 1}}
    with pytest.raises(SymconvError, match=r"entry \(0, 1\) has no value"):
        run_program(forum(), {}, short, Exact())
    long = {**FORUM_VALUES, "y": {(0, 0): 1, (0, 1): 2}}
    with pytest.raises(SymconvError, match="out of bounds"):
        run_program(forum(), {}, long, Exact())
    with pytest.raises(SymconvError, match="no tensor 'z'"):
        run_program(forum(), {}, FORUM_VALUES, Exact(), wanted=["z"])


def test_the_unrolled_gradients_are_the_scalar_derivatives_of_the_unrolled_cost():
    program = forum()
    cost = unroll(program, {}, ["C"], symbol)["C"][0,]
    assert cost.free_symbols == {
        symbol(program.tensor(k), p) for k, table in FORUM_VALUES.items() for p in table
    }
    for key, of in (("gradient w^1", "w^1"), ("gradient w^2", "w^2")):
        for place, e in unroll(program, {}, [key], symbol)[key].items():
            assert expand(e - cost.diff(symbol(program.tensor(of), place))) == 0


def test_kept_tensors_are_symbols_and_the_others_are_put_in():
    found = unroll(forum(), {}, ["gradient w^1"], symbol, keep=["o^1", "o^2"])["gradient w^1"][0, 0]
    o, y = Symbol("o_1^2"), Symbol("y_1")
    parts = [Symbol(f"i_{a}") * Symbol(f"w_{b}^2") for a, b in ((1, 1), (2, 2), (4, 3), (5, 4))]
    assert expand(found - 2 * (o - y) * sum(parts)) == 0
    o1 = unroll(forum(), {}, ["o^1"], symbol, keep=["o^1"])["o^1"][0, 0]
    assert Symbol("i_1") in o1.free_symbols


def test_a_maximum_unrolls_to_the_names_of_its_entries():
    x, y = tensor("x", None, (2, 2), "input"), tensor("y", None, (1, 1))
    rhs = MaxOver(relu(x[m, n]), (m, 0, 1), (n, 0, 1))
    program = Program((x, y), (Equation(y[i, j], rhs, ((i, Integer(1)), (j, Integer(1)))),), "y")
    top = unroll(program, {}, ["y"], symbol)["y"][0, 0]
    assert isinstance(top, Max)
    assert set(top.args) == {relu(Symbol(f"x_{a}")) for a in range(1, 5)}


C, H, W = size("C"), size("H"), size("W")


def test_an_affine_left_side_writes_each_entry_once_and_the_rest_is_zero():
    x, v = tensor("x", None, (C, H, W), "input"), tensor("v", None, (C * H * W,))
    ranges = ((c, C), (i, H), (j, W))
    flat = Equation(v[c * H * W + i * W + j], x[c, i, j], ranges)
    program = Program((x, v), (flat,), "v")
    sizes = {C: 2, H: 2, W: 3}
    entries = {p: 10 * n_ for n_, p in enumerate(product(range(2), range(2), range(3)))}
    table = run_program(program, sizes, {"x": entries}, Exact())["v"]
    assert table == {(k,): 10 * k for k in range(12)}
    u = tensor("u", None, (2 * W,))
    row = tensor("row", None, (W,), "input")
    spread = Program((row, u), (Equation(u[2 * j], row[j], ((j, W),)),), "u")
    assert run_program(spread, sizes, {"row": {(k,): 1 + k for k in range(3)}}, Exact())["u"] == {
        (k,): (0 if k % 2 else 1 + k // 2) for k in range(6)
    }
    beyond = Program((row, v), (Equation(v[5 * C * j], row[j], ((j, W),)),), "v")
    with pytest.raises(SymconvError, match="out of bounds"):
        run_program(beyond, sizes, {"row": {(k,): 1 for k in range(3)}}, Exact())


def test_two_equations_may_fill_one_tensor():
    a, b = tensor("a", None, (2,), "input"), tensor("b", None, (3,), "input")
    y = tensor("y", None, (5,))
    first = Equation(y[i], a[i], ((i, Integer(2)),))
    second = Equation(y[i + 2], b[i], ((i, Integer(3)),))
    program = Program((a, b, y), (first, second), "y")
    given = {"a": {(k,): k for k in range(2)}, "b": {(k,): 2 + k for k in range(3)}}
    assert run_program(program, {}, given, Exact())["y"] == {(k,): k for k in range(5)}


def test_a_copied_tensor_has_derivatives_of_its_own():
    x, v, cost = (
        tensor("x", None, (2,), "input"),
        tensor("v", None, (2,)),
        tensor("C", None, (1,), "cost"),
    )
    copy = Equation(v[i], x[i], ((i, Integer(2)),))
    total = Equation(cost[0], Sum(x[i] * v[i], (i, 0, 1)), ())
    tape = Tape(Exact())
    given = {"x": {(0,): tape.entry(3), (1,): tape.entry(5)}}
    tables = run_program(Program((x, v, cost), (copy, total), "C"), {}, given, tape)
    found = tape.adjoints({tables["C"][0,]: 1})
    assert [found[tables["v"][k,].order] for k in range(2)] == [3, 5]
    assert [found[tables["x"][k,].order] for k in range(2)] == [6, 10]


def test_what_is_too_large_is_refused_before_it_is_computed():
    x, y = tensor("x", None, (H, W), "input"), tensor("y", None, (H, W))
    copy = Equation(y[i, j], x[i, j], ((i, H), (j, W)))
    program = Program((x, y), (copy,), "y")
    with pytest.raises(SymconvError, match="1,620,000 scalars"):
        unroll(program, {H: 900, W: 900}, ["y"], symbol)
    with pytest.raises(SymconvError, match="scalars"):
        run_program(program, {H: 10**30, W: 10**30}, {}, Exact())
    many = Equation(y[i, j], Sum(x[i, j], (m, 0, 10**9), (n, 0, 10**9)), ((i, H), (j, W)))
    with pytest.raises(SymconvError, match="terms"):
        run_program(Program((x, y), (many,), "y"), {H: 2, W: 2}, {}, Exact())


K, S, D, O = size("K"), size("S"), size("D"), size("H_o")
P = amount("P")


def pooled():
    x, y = tensor("x", None, (H,), "input"), tensor("y", None, (O,))
    rhs = MaxOver(x[S * i + D * m - P], (m, 0, K - 1))
    definition = SizeDefinition(O, H + 2 * P - D * (K - 1) - 1, S)
    return Program((x, y), (Equation(y[i], rhs, ((i, O),)),), "y", (definition,))


def test_sizes_satisfy_every_constraint():
    seen = set()
    for seed in range(60):
        sizes = pick_sizes(pooled(), seed)
        assert (
            sizes[O]
            == (sizes[H] + 2 * sizes[P] - sizes[D] * (sizes[K] - 1) - 1) // sizes[S] + 1
            >= 1
        )
        assert sizes == pick_sizes(pooled(), seed)
        table = {"x": {(k,): -k for k in range(sizes[H])}}
        run_program(pooled(), sizes, table, Exact())
        seen.add((sizes[S], sizes[D], sizes[P]))
        if seed % 3 == 0:
            assert min(sizes[S], sizes[D], sizes[O]) >= 2
            assert sizes[P] >= 1
    assert len(seen) > 12


def test_sizes_that_cannot_be_satisfied_are_an_error_and_concrete_programs_have_none():
    with pytest.raises(SymconvError, match="no small sizes"):
        pick_sizes(pooled(), 0, lambda _: False)
    assert pick_sizes(forum(), 0) == {}
    bad = tensor("x", None, (H * Rational(1, 7),), "input")
    with pytest.raises(SymconvError, match="no small sizes"):
        pick_sizes(Program((bad,), (), "x"), 0)
