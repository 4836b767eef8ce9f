"""Comparisons of values are 1 or 0, as the relation says."""

import operator
from itertools import product

import numpy as np
import pytest
from sympy import Integer

from symconv import Network
from symconv.layers.equation.comparisons import compare_values

RELATIONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_two_numbers_are_compared(relation):
    for a, b in product((-2, 0, 1), repeat=2):
        found = compare_values(relation, Integer(a), Integer(b))
        assert found == int(RELATIONS[relation](a, b))


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_entries_of_two_tensors_are_compared(relation):
    network = Network.parse(f"input x 3 | y[i] = [x[i] {relation} 2*x[2-i]]")
    x = np.array([2.0, 3.0, 1.0])
    found = network.compile("readable").forward(x=x).y
    np.testing.assert_array_equal(found, RELATIONS[relation](x, 2 * x[::-1]))
