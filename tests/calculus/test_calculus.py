"""The rules of index calculus: each result is compared with one written down by hand."""

from itertools import product

import pytest
from sympy import Integer, KroneckerDelta, Rational, Sum, preorder_traversal, sympify, tanh
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside, solve
from symconv.calculus.binders import rename_bound, substitute_indices, sum_over
from symconv.calculus.derivation_work import DerivationWork
from symconv.calculus.reverse_mode import reverse_mode
from symconv.calculus.rewrite_chain import RewriteChain
from symconv.calculus.sifting import Sifting
from symconv.calculus.sums import SumTerm, exchange_sums, one_hot_sum
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, Partial, step
from symconv.core.tensor import Name, Tensor, index, size
from symconv.network.parser import parse_network

i, j, m, n, q = (index(v) for v in ("i", "j", "m", "n", "q"))
H, K, s = (size(v) for v in ("H", "K", "s"))


def tensor(letter, *shape, role="value", axes=("i", "j")):
    return Tensor(Name(letter), shape, role, axes[: len(shape)])


def gradient(text, key):
    program = parse_network(text).program()
    backward = reverse_mode(program, tuple(t for t in program.tensors if t.role != "cost"))
    return backward.derivation(key)


def test_substitution_does_not_capture():
    x, w = tensor("x", H), tensor("w", K)
    formula = Sum(w[m] * x[i + m], (m, 0, K - 1))
    assert substitute_indices(formula, {i: m}) == Sum(
        w[index("m'")] * x[m + index("m'")], (index("m'"), 0, K - 1)
    )


def test_renaming_keeps_the_limits():
    x = tensor("x", H)
    assert rename_bound(Sum(x[m], (m, 0, 3)), {m}) == Sum(x[index("m'")], (index("m'"), 0, 3))


def test_exchange_of_sums_keeps_two_sums_over_the_same_letter_apart():
    x, g = tensor("x", H), tensor("g", H)
    nested = Sum(g[i] * Sum(x[i] * KroneckerDelta(i, q), (i, 0, 2)), (i, 0, 4))
    flat = exchange_sums(nested)
    assert len(set(flat.variables)) == 2


def test_a_collapse_that_divides_keeps_divisibility():
    g, w = tensor("g", H), tensor("w", K)
    term = SumTerm(g[i] * w[m] * KroneckerDelta(q, s * i + m), ((i, H), (m, K)))
    sifted = Sifting(((q, size("N")),)).sift(term)
    assert sifted.body == g[q / s - m / s] * w[m] * Box(q / s - m / s, H)
    assert sifted.ranges == ((m, K),)


def test_the_larger_extent_is_eliminated():
    g, w = tensor("g", 4), tensor("w", 9)
    term = SumTerm(g[i] * w[m] * KroneckerDelta(q, i + m), ((i, Integer(4)), (m, Integer(9))))
    assert Sifting(()).sift(term).ranges == ((i, Integer(4)),)


@pytest.mark.parametrize(
    ("place", "extent", "inside"),
    [
        (q, K, True),
        (K - 1 - q, K, True),
        (K - q, K, False),
        (q + 1, K, False),
        (q / s, K, False),
        (q, K + 1, True),
        (q, K - 1, False),
        (s * q, s * K, True),
        (s * q, K, False),
        (-q, K, False),
    ],
)
def test_a_bracket_is_dropped_only_where_it_is_certain(place, extent, inside):
    assert always_inside(place, extent, ((q, K),)) is inside


WINDOW, STEP = size("k"), size("t")
PLACES = (SizeDefinition(K, H - WINDOW, s),)
"""K windows of k entries, s apart, in a row of H: K = floor((H - k)/s) + 1."""


@pytest.mark.parametrize(
    ("place", "extent", "inside"),
    [
        (s * q + m, H, True),
        (s * (K - 1 - q) + m, H, True),
        (q, K, True),
        (s * q + m, H - 1, False),
        (s * q + m + 1, H, False),
        (s * q + m - 1, H, False),
        (STEP * q + m, H, False),
        (2 * s * q + m, H, False),
    ],
)
def test_windows_do_not_leave_what_their_number_was_made_from(place, extent, inside):
    ranges = ((q, K), (m, WINDOW))
    assert always_inside(place, extent, ranges, PLACES) is inside
    known = {H: range(1, 9), WINDOW: range(1, 4), s: range(1, 4), STEP: range(1, 4)}
    found = True
    for values in product(*known.values()):
        sizes = dict(zip(known, map(Integer, values), strict=True))
        count = (sizes[H] - sizes[WINDOW]) // sizes[s] + 1
        for a, b in product(range(count), range(int(sizes[WINDOW]))):
            where = sizes | {K: count, q: a, m: b}
            found = found and bool(0 <= place.xreplace(where) < extent.xreplace(where))
    assert found is inside


def test_solve_refuses_what_is_not_affine():
    with pytest.raises(Unsupported, match="not affine"):
        solve(q, i * i, i)
    with pytest.raises(Unsupported, match="not affine"):
        solve(q, i * m, i)


def test_weight_gradient_of_a_convolution():
    found = gradient("input x HxW | conv w k1xk2 -> z", "w").equation
    x, z = parse_network("input x HxW | conv w k1xk2 -> z").program().by_key["x"], found
    height, width, k1, k2 = (size(v) for v in ("H", "W", "k1", "k2"))
    delta = Tensor(Name("z", None, "delta"), (height - k1 + 1, width - k2 + 1), "delta")
    a, b = z.lhs.indices
    expected = sum_over(delta[i, j] * x[i + a, j + b], ((i, height - k1 + 1), (j, width - k2 + 1)))
    assert found.rhs == expected


def test_input_gradient_of_a_strided_convolution_keeps_the_stride_in_the_index():
    found = gradient("input x HxW | conv w k1xk2 stride s padding p dilation d -> z", "x").equation
    program = parse_network(
        "input x HxW | conv w k1xk2 stride s padding p dilation d -> z"
    ).program()
    d, p = size("d"), next(v for v in program.sizes[0].numerator.free_symbols if v.name == "p")
    k1, k2 = size("k1"), size("k2")
    delta = Tensor(Name("z", None, "delta"), program.tensor("z").shape, "delta")
    w = program.tensor("w")
    u, v = found.lhs.indices
    place = [((e + p - d * r) / s).expand() for e, r in ((u, m), (v, n))]
    assert found.rhs == sum_over(delta[tuple(place)] * w[m, n], ((m, k1), (n, k2)))


def test_sigmoid_and_tanh_reuse_the_forward_value():
    for function in ("sigmoid", "tanh"):
        found = gradient(f"input x 4 | {function} -> a", "x").equation
        a, da = tensor("a", 4), Tensor(Name("a", None, "delta"), (4,), "delta")
        (u,) = found.lhs.indices
        slope = a[u] * (1 - a[u]) if function == "sigmoid" else 1 - a[u] ** 2
        assert (found.rhs - da[u] * slope).expand() == 0


@pytest.mark.parametrize(
    "text",
    [
        "input x 3 | y[i] = tanh(sum(k) w[i,k]*x[k]) for i<2",
        "input x 3x2 | y[i] = tanh(sum(k) x[i,k]) for i<3",
        "input x 4 | y[i] = tanh(x[i] + sum(k<2) x[k]) for i<4",
        "input x 4 | y[i] = tanh(x[i] + x[i+1]) for i<3",
    ],
)
def test_the_value_of_a_function_of_several_entries_is_reused(text):
    """Also where every entry in it has an index that is summed over."""
    rhs = gradient(text, "x").equation.rhs
    assert not rhs.has(tanh)
    assert "y" in {str(a.base.label) for a in rhs.atoms(Indexed)}


@pytest.mark.parametrize(
    ("classes", "known", "outside"),
    [
        (K, (K,), ()),
        (K, (K, -1), (-1,)),
        (Integer(3), (Integer(3), 3, 7), (3, 7)),
        (K, (K, 5), None),
        (K, (K, -1, 5), None),
        (K, (H,), None),
        (Integer(3), (Integer(4),), None),
    ],
)
def test_the_brackets_of_all_classes_add_up_to_one_where_a_label_is_one_of_them(
    classes, known, outside
):
    """Of a label that is a class at some sizes and none at others the sum stays."""
    t = tensor("t", H, role="target")
    whole = Sum(Equals(q, t[i]), (q, 0, classes - 1))
    left = None if outside is None else 1 - sum(Equals(k, t[i]) for k in outside)
    labels = {"t": tuple(map(sympify, known))}
    assert one_hot_sum(whole, labels) == (whole if left is None else left)
    assert one_hot_sum(3 * whole + 1, labels) == 3 * (whole if left is None else left) + 1
    assert one_hot_sum(whole, {}) == whole


def test_relu_passes_nothing_at_zero():
    found = gradient("input x 4 | relu -> a", "x").equation
    x, da = tensor("x", 4), Tensor(Name("a", None, "delta"), (4,), "delta")
    (u,) = found.lhs.indices
    assert found.rhs == da[u] * step(x[u])


def test_a_fork_sums_its_branches():
    x, y, z = tensor("x", 4, role="input"), tensor("y", 4), tensor("z", 4)
    double = Equation(y[i], 2 * x[i], ((i, Integer(4)),))
    join = Equation(z[i], tanh(x[i]) + y[i], ((i, Integer(4)),))
    backward = reverse_mode(Program((x, y, z), (double, join), "z"), (x,))
    dz = Tensor(Name("z", None, "delta"), (4,), "delta")
    dy = Tensor(Name("y", None, "delta"), (4,), "delta")
    u = backward.derivation("x").equation.lhs.indices[0]
    assert (
        backward.derivation("x").equation.rhs.expand()
        == ((1 - tanh(x[u]) ** 2) * dz[u] + 2 * dy[u]).expand()
    )


def test_a_tensor_without_influence_has_gradient_zero():
    x, y, z = tensor("x", 4, role="input"), tensor("y", 4), tensor("z", 4)
    unused = Equation(y[i], 2 * x[i], ((i, Integer(4)),))
    out = Equation(z[i], x[i] + 1, ((i, Integer(4)),))
    w = tensor("w", 4, role="parameter")
    backward = reverse_mode(Program((x, w, y, z), (unused, out), "z"), (w, x))
    assert backward.derivation("w").equation.rhs == 0
    assert str(backward.derivation("x").equation.rhs) == "delta z[i']"


def test_the_product_rule_differentiates_every_factor():
    x, y = tensor("x", 4, role="input"), tensor("y", 4)
    square = Equation(y[i], x[i] * x[3 - i], ((i, Integer(4)),))
    found = reverse_mode(Program((x, y), (square,), "y"), (x,)).derivation("x")
    assert "product rule" in [step.rule for step in found.steps]
    dy = Tensor(Name("y", None, "delta"), (4,), "delta")
    u = found.equation.lhs.indices[0]
    assert (found.equation.rhs - x[3 - u] * (dy[u] + dy[3 - u])).expand() == 0


def test_every_rule_counts_the_parts_of_the_formula_it_goes_through():
    x, work = tensor("x", 4), DerivationWork("x")
    formula = x[i] * x[3 - i] + 1
    chain, parts = RewriteChain(formula, work), len(list(preorder_traversal(formula)))
    chain.apply("product rule", lambda e: e)
    assert (chain.steps, work.spent, work.network.spent) == ([], parts, parts)
    chain.apply("product rule", lambda _: x[i])
    chain.apply("product rule", lambda e: e)
    assert work.spent == 2 * parts + len(list(preorder_traversal(x[i])))


def test_every_step_starts_where_the_last_one_ended():
    found = gradient("input x HxW | conv w k1xk2 stride s -> z", "x")
    assert found.steps[0].before.func is Partial
    for before, after in zip(found.steps, found.steps[1:], strict=False):
        assert before.after == after.before
    assert found.steps[-1].after == found.equation.rhs


def test_half_of_a_square_loses_its_two():
    found = gradient("input x 3x3 | half_sse t -> C", "x").equation
    x, t = tensor("x", 3, 3), tensor("t", 3, 3)
    assert found.rhs == x[found.lhs.indices] - t[found.lhs.indices]
    mean = gradient("input x 3x3 | mse t -> C", "x").equation
    assert mean.rhs == Rational(2, 9) * (x[mean.lhs.indices] - t[mean.lhs.indices])
