"""What every node of the index language is worth, against numbers worked out by hand."""

import math
from fractions import Fraction
from itertools import product

import pytest
from sympy import KroneckerDelta, Rational, Sum, Symbol, exp, log, pi, sqrt, tanh

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError, Unsupported
from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    OneHot,
    Partial,
    absolute,
    relu,
    sigmoid,
    softplus,
    step,
)
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.semantics.algebra import Exact, Reals
from symconv.semantics.autodiff import Dual, Duals, Tape
from symconv.semantics.interpret import interpret
from symconv.semantics.maxima import EmptyMaximum
from symconv.semantics.symbolic import Symbolic

i, j, m, n, q = (index(letter) for letter in "ijmnq")
K, H = size("K"), size("H")
P = amount("P")
SIZES = {K: 2, H: 4, P: 1}
x = Tensor(Name("x"), (H,), "input")
w = Tensor(Name("w"), (K,), "parameter")
X = {(0,): 3, (1,): -1, (2,): 4, (3,): 4}
W = {(0,): 2, (1,): 5}
TABLES = {"x": X, "w": W}


def value(e, *, algebra=None, tables=TABLES, **indices):
    free = [index(name) for name in indices]
    at = interpret(e, free, SIZES, tables, algebra or Exact())
    return at(tuple(indices.values()))


@pytest.mark.parametrize("place", range(-2, 6))
def test_an_absent_entry_is_zero(place):
    assert value(x[i], i=place) == (X[place,] if 0 <= place < 4 else 0)


@pytest.mark.parametrize("place", range(9))
def test_an_entry_at_a_fraction_is_absent(place):
    expected = 0 if place % 2 else X.get((place // 2,), 0)
    assert value(x[i / 2], i=place) == expected
    assert value(x[(i - 2 * m + 2) / 4], i=place, m=0) == (
        X.get(((place + 2) // 4,), 0) if place % 4 == 2 else 0
    )


def test_a_sum_of_products_pads_with_zeros():
    z = Sum(w[m] * x[2 * i + m - P], (m, 0, K - 1))
    assert [value(z, i=i_) for i_ in range(3)] == [15, -2 + 20, 8]


def test_limits_may_depend_on_outer_indices_and_inner_names_may_shadow_outer_ones():
    triangle = Sum(x[j], (j, 0, i), (i, 0, H - 1))
    assert value(triangle) == sum(sum(X[a,] for a in range(b + 1)) for b in range(4))
    shadow = Sum(w[m] * Sum(x[m], (m, 0, H - 1)), (m, 0, K - 1))
    assert value(shadow) == 7 * 10
    assert value(x[m] + Sum(x[m], (m, 0, 1)), m=3) == 4 + 2


def test_an_empty_range_sums_to_zero():
    assert value(Sum(x[m], (m, 3, K))) == 0


def test_a_product_with_a_zero_factor_is_zero_whatever_the_others_are():
    assert value(x[-1] / x[5]) == 0
    assert value(Sum(Box(i - m, K) / (x[m] - 3), (m, 0, 1)), i=2) == Fraction(1, -4)
    with pytest.raises(ZeroDivisionError):
        value(1 / x[5])


@pytest.mark.parametrize("place", [Rational(-1), 0, Rational(1, 2), 1, Rational(3, 2), 2])
def test_brackets_want_integers_in_bounds(place):
    assert value(Box(place + i, K), i=0) == int(place in {0, 1})
    assert value(KroneckerDelta(i + place, 2 * j), i=1, j=1) == int(place == 1)


def test_a_maximum_skips_absent_entries_and_the_first_maximiser_wins():
    window = MaxOver(x[i + m - 1], (m, 0, 2))
    assert [value(window, i=a) for a in range(4)] == [3, 4, 4, 4]
    first = [
        [value(OneHot(MaxOver(x[i + n - 1], (n, 0, 2)), m), i=a, m=b) for b in range(3)]
        for a in range(4)
    ]
    assert first == [[0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    negative = {"x": {(a,): -5 - a for a in range(4)}}
    assert value(window, tables=negative, i=0) == -5


def test_ties_in_two_dimensions_go_row_by_row():
    y = Tensor(Name("y"), (2, 2), "input")
    table = {"y": {(0, 0): 1, (0, 1): 7, (1, 0): 7, (1, 1): 7}}
    window = MaxOver(y[i, j], (i, 0, 1), (j, 0, 1))
    hot = {
        p: value(OneHot(window, m, n), tables=table, m=p[0], n=p[1])
        for p in product((0, 1), repeat=2)
    }
    assert hot == {(0, 0): 0, (0, 1): 1, (1, 0): 0, (1, 1): 0}
    assert value(OneHot(window, m / 2, n), tables=table, m=1, n=1) == 0


def test_a_maximum_without_entries_has_no_value():
    with pytest.raises(EmptyMaximum, match="absent"):
        value(MaxOver(x[i + m], (m, 0, 1)), i=7)


def test_an_absent_entry_inside_the_body_of_a_maximum_is_refused():
    body = w[m] * x[i + m]
    assert value(MaxOver(body, (m, 0, 1)), i=2) == 20
    with pytest.raises(Unsupported, match="whole body"):
        value(MaxOver(body, (m, 0, 1)), i=3)
    inner = MaxOver(Sum(x[i + m + n], (n, 0, 1)), (m, 0, 1))
    assert value(inner, i=3) == 4


def test_sizes_and_indices_are_numbers_too():
    assert value(x[0] / (K * H) + i**2, i=3) == Fraction(3, 8) + 9
    assert value(x[1] ** K + x[0] ** (-K), i=0) == 1 + Fraction(1, 9)


def test_functions_over_the_reals_are_the_real_functions():
    real = {"x": {(0,): 0.0, (1,): 1.0, (2,): -2.0, (3,): 4.0}}
    for e, expected in [
        (relu(x[2]), 0.0), (step(x[0]), 0.0), (step(x[1]), 1.0), (sigmoid(x[0]), 0.5),
        (tanh(x[1]), 0.7615941559557649), (exp(x[1]), 2.718281828459045), (log(x[1]), 0.0),
        (sqrt(x[3]), 2.0), (sigmoid(1000 * x[2]), 0.0),
    ]:  # fmt: skip
        assert value(e, algebra=Reals(), tables=real) == pytest.approx(expected, abs=1e-15)


def test_uninterpreted_functions_depend_on_nothing_but_their_argument():
    assert value(sigmoid(x[2])) == value(sigmoid(x[3]))
    assert value(sigmoid(x[2])) != value(sigmoid(x[0]))
    assert value(tanh(x[1])) == -value(tanh(-x[1]))
    assert value(exp(x[0]) * exp(x[2]) * exp(-x[2])) == value(exp(x[0]))
    assert value(relu(x[1])) == 0
    assert value(sqrt(x[2])) == 2
    with pytest.raises(Unsupported, match="not a rational"):
        value(sqrt(x[0]))


def test_a_partial_takes_the_derivative_by_one_entry():
    z = Sum(w[m] * x[i + m] ** 2, (m, 0, K - 1))
    for a, b in product(range(3), range(-1, 5)):
        expected = 2 * X.get((b,), 0) * W.get((b - a,), 0)
        assert value(Partial(z, x[q]), i=a, q=b) == expected
    assert value(Partial(x[i], x[q / 2]), i=1, q=2) == 1
    assert value(Partial(x[i], x[q / 2]), i=1, q=3) == 0


@pytest.mark.parametrize(
    "f", [sigmoid, tanh, exp, log, relu, step, lambda t: t**3, lambda t: 1 / t]
)
def test_partials_follow_the_stated_derivative_rules(f):
    for a in range(4):
        t, y = X[a,], value(f(x[a]))
        expected = {
            "sigmoid": y * (1 - y), "tanh": 1 - y * y, "exp": y, "log": Fraction(1, t),
            "relu": int(t > 0), "step": 0,
        }.get(str(getattr(f, "__name__", "")))  # fmt: skip
        if expected is None:
            expected = 3 * t**2 if f(3) == 27 else Fraction(-1, t * t)
        assert value(Partial(2 * f(x[i]), x[q]), i=a, q=a) == 2 * expected


def test_second_derivatives_do_not_confuse_their_perturbations():
    inner = Partial(x[0] ** 2 * w[0] * x[1], x[0])
    assert value(Partial(inner, w[0])) == 2 * 3 * -1
    assert value(Partial(inner, x[0])) == 2 * 2 * -1
    assert value(Partial(x[0] * Partial(x[0] * w[0], w[0]), x[0])) == 2 * 3


def test_duals_and_tape_agree_on_a_chain_of_functions():
    tape = Tape(Exact())
    node = tape.entry(3)
    duals = Duals(Exact())
    results = []
    for algebra, t in ((tape, node), (duals, Dual(3, 1))):
        y = algebra.function("sigmoid")(t) * algebra.function("relu")(t) + 2 * t * t
        results.append(algebra.power(Fraction(-1))(algebra.function("exp")(y)))
    assert results[0].value == results[1].value
    assert tape.adjoints({results[0]: 1})[node.order] == results[1].slope != 0


def test_symbols_stay_symbols_and_the_maximum_of_symbols_is_kept():
    entries = {"x": {(a,): index(f"x{a}") for a in range(4)}, "w": W}
    a, b = entries["x"][0,], entries["x"][1,]
    assert value(Sum(w[m] * x[m], (m, 0, 1)), algebra=Symbolic(), tables=entries) == 2 * a + 5 * b
    assert value(relu(x[0]), algebra=Symbolic(), tables=entries) == relu(a)
    assert value(relu(w[0]), algebra=Symbolic(), tables=entries) == 2
    top = value(MaxOver(x[m], (m, 0, 1)), algebra=Symbolic(), tables=entries)
    assert set(top.args) == {a, b}
    with pytest.raises(Unsupported, match="symbols"):
        value(OneHot(MaxOver(x[m], (m, 0, 1)), 0), algebra=Symbolic(), tables=entries)


def test_errors_name_what_is_missing():
    with pytest.raises(SymconvError, match="'y' has no values"):
        value(Tensor(Name("y"), (2,), "input")[0])
    with pytest.raises(SymconvError, match="size 'L' has no value"):
        value(x[size("L")])
    with pytest.raises(Unsupported, match="not affine"):
        value(x[i * j], i=1, j=1)
    with pytest.raises(Unsupported, match="no meaning"):
        value(x[0] > 0)


def test_log_sum_exp_counts_only_what_is_present():
    e = LogSumExp(x[i + m - P], (m, 0, K - 1))
    for place in range(5):
        present = [X[place + k - 1,] for k in range(2) if 0 <= place + k - 1 < 4]
        expected = math.log(sum(math.exp(v) for v in present))
        assert value(e, algebra=Reals(), i=place) == pytest.approx(expected, rel=1e-14)
    with pytest.raises(EmptyMaximum):
        value(e, algebra=Reals(), i=9)
    with pytest.raises(Unsupported, match="no exact value"):
        value(e, i=0)


def test_log_sum_exp_does_not_overflow():
    big = {(k,): 1e4 + k for k in range(4)}
    e = LogSumExp(x[m], (m, 0, H - 1))
    expected = 1e4 + math.log(sum(math.exp(k) for k in range(4)))
    assert value(e, algebra=Reals(), tables={"x": big}) == pytest.approx(expected, rel=1e-14)


def test_the_derivative_of_log_sum_exp_is_softmax():
    e = LogSumExp(x[m], (m, 0, H - 1))
    total = sum(math.exp(v) for v in X.values())
    for place, entry in X.items():
        slope = value(Partial(e, x[q]), algebra=Reals(), q=place[0])
        assert slope == pytest.approx(math.exp(entry) / total, rel=1e-13)
    tape = Tape(Reals())
    table = {p: tape.entry(float(v)) for p, v in X.items()}
    result = value(e, algebra=tape, tables={"x": table})
    found = tape.adjoints({result: 1.0})
    for place, entry in X.items():
        assert found[table[place].order] == pytest.approx(math.exp(entry) / total, rel=1e-13)


def test_symbols_keep_log_sum_exp_and_constants():
    a, b = Symbol("a"), Symbol("b")
    tables = {"x": {(0,): a, (1,): b}}
    assert value(LogSumExp(x[m], (m, 0, 1)), algebra=Symbolic(), tables=tables) == log(
        exp(a) + exp(b)
    )
    assert value(sqrt(2 / pi) * x[0], algebra=Symbolic(), tables=tables) == sqrt(2 / pi) * a


@pytest.mark.parametrize("make", [Exact, Reals, lambda: Tape(Exact()), lambda: Duals(Exact())])
def test_a_label_is_compared_with_an_index(make):
    algebra = make()
    labels = {(k,): algebra.entry(n) for k, n in enumerate((2, 0, 1, 1))}
    for place, label in product(range(3), range(4)):
        e = Equals(i, x[j])
        expected = int((2, 0, 1, 1)[label] == place)
        assert value(e, algebra=algebra, tables={"x": labels}, i=place, j=label) == expected


def test_softplus_and_absolute_with_their_slopes():
    for number in (-3, -1, 0, 2):
        tables = {"x": {(0,): float(number)}}
        assert value(absolute(x[0]), tables={"x": {(0,): number}}) == abs(number)
        assert value(Partial(absolute(x[q]), x[q]), tables={"x": {(0,): number}}, q=0) == (
            (number > 0) - (number < 0)
        )
        soft = value(softplus(x[0]), algebra=Reals(), tables=tables)
        assert soft == pytest.approx(math.log(1 + math.exp(number)), rel=1e-13)
        slope = value(Partial(softplus(x[q]), x[q]), algebra=Reals(), tables=tables, q=0)
        assert slope == pytest.approx(1 / (1 + math.exp(-number)), rel=1e-13)
    assert value(softplus(x[0]), algebra=Reals(), tables={"x": {(0,): 1e4}}) == 1e4
    assert value(softplus(x[0]), algebra=Reals(), tables={"x": {(0,): -1e4}}) == 0


class Counting(Reals):
    """Real numbers that count what is asked of them."""

    def __init__(self):
        super().__init__()
        self.sums = self.values = 0

    def log_sum_exp(self, values):
        self.sums += 1
        return super().log_sum_exp(values)

    def function(self, name):
        apply = super().function(name)

        def counted(value):
            self.values += 1
            return apply(value)

        return counted


def test_a_window_is_summed_once_for_all_that_ask_for_it():
    algebra, total = Counting(), math.log(sum(math.exp(v) for v in X.values()))
    window = LogSumExp(x[m], (m, 0, H - 1))
    at = interpret(x[i] - window, [i], SIZES, TABLES, algebra)
    assert [at(p) for p in X] == pytest.approx([v - total for v in X.values()])
    assert algebra.sums == 1
    part = interpret(LogSumExp(x[2 * i + m], (m, 0, 1)), [i], SIZES, TABLES, algebra)
    assert [part((k,)) for k in (0, 1, 0)] == pytest.approx([3.0181499, 4.6931472, 3.0181499])
    assert algebra.sums == 3


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_only_a_value_that_reads_the_entry_is_evaluated_for_a_derivative(order):
    """What a value reads is known from its first evaluation, by whatever entry that was."""
    y = Tensor(Name("y"), (H,), "value")
    computed = {"y": (Equation(y[i], tanh(x[i]), ((i, H),)),)}
    tables = {"x": X, "y": {p: math.tanh(v) for p, v in X.items()}}
    algebra = Counting()
    at = interpret(Partial(y[i], x[q]), [i, q], SIZES, tables, algebra, equations=computed)
    for a, b in product(order, order):
        assert at((a, b)) == pytest.approx(1 - math.tanh(X[a,]) ** 2 if a == b else 0.0)
    assert algebra.values == 7


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_zero_that_ends_a_product_does_not_hide_what_it_reads(order):
    y = Tensor(Name("y"), (H,), "value")
    computed = {"y": (Equation(y[i], x[i] * x[i + 1], ((i, H - 1),)),)}
    tables = {"x": {(0,): 3, (1,): 0, (2,): 5, (3,): 7}, "y": {(k,): 0 for k in range(4)}}
    at = interpret(Partial(y[i], x[q]), [i, q], SIZES, tables, Exact(), equations=computed)
    found = {(a, b): at((a, b)) for b in order for a in order}
    slopes = {(0, 1): 3, (1, 1): 5, (2, 2): 7}
    assert found == {k: slopes.get(k, 0) for k in product(range(3), range(3))}
