"""What arithmetic refuses, and in which order a product is worked out."""

from fractions import Fraction

import pytest
from sympy import Symbol, exp, log

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box
from symconv.core.tensor import Name, Tensor, index, size
from symconv.semantics.algebra import LEAST_VALUE, UNINTERPRETED, Reals
from symconv.semantics.arithmetic import can_fail, evaluation_order
from symconv.semantics.index_arithmetic import affine_in_slots
from symconv.semantics.interpret import interpret

x = Tensor(Name("x"), (3,), "input")
i, N = index("i"), size("N")


@pytest.mark.parametrize(
    ("formula", "fails"),
    [
        (1 / x[0], True),
        (x[0] ** -2 + 1, True),
        (log(x[0]), True),
        (x[0] ** size("n"), False),
        (x[0] ** Symbol("a"), True),
        (x[0] ** 2, False),
        (1 / N, False),
        (log(N), False),
        (exp(x[0]), False),
    ],
)
def test_what_divides_by_an_entry_or_takes_its_logarithm_can_fail(formula, fails):
    assert can_fail(formula) is fails


def test_what_can_fail_comes_last_and_brackets_come_first():
    order = evaluation_order([1 / x[0], 1 / N, x[1] + 1, x[2], Box(i, N), x[1] ** 2])
    assert order[:2] == [Box(i, N), x[2]]
    assert set(order[2:5]) == {x[1] + 1, x[1] ** 2, 1 / N}
    assert order[-1] == 1 / x[0]


def test_an_exponent_without_a_number_is_refused():
    with pytest.raises(Unsupported, match=r"the exponent of .* is not a number"):
        interpret(x[0] ** size("k"), (), {}, {"x": {(0,): 2.0}}, Reals())


@pytest.mark.parametrize("place", [i**2, 2**i, N / i, N + i**N, i * (i + 1)])
def test_an_index_expression_that_is_not_affine_is_refused(place):
    with pytest.raises(Unsupported, match="is not affine"):
        affine_in_slots(place, {N: 2}, {i: 0})


def test_a_power_of_sizes_is_a_coefficient_or_a_number():
    found = affine_in_slots(N**2 * i + 1 / N + 2**N, {N: 2}, {i: 0})
    assert (found.constant, found.terms) == (Fraction(9, 2), {0: 4})


def test_an_exact_exponential_keeps_whole_powers_and_tells_fractions_apart():
    """2^n for a whole number, so that exp(a + 1) is 2 exp(a); the rest has values, too."""
    exponential = UNINTERPRETED["exp"]
    assert [exponential(n) for n in (-1, 0, 3)] == [Fraction(1, 2), 1, 8]
    parts = [Fraction(1, 2), Fraction(1, 3), Fraction(2, 7)]
    assert all(exponential(p) >= LEAST_VALUE for p in parts)
    assert len({exponential(p) for p in parts}) > 1
    assert all(exponential(p + 3) == 8 * exponential(p) for p in parts)
