"""Sizes that other sizes define are found in whatever order the definitions stand."""

import pytest
from sympy import Symbol

from symconv.core.equation import SizeDefinition
from symconv.core.errors import SymconvError
from symconv.semantics.sizes import define_sizes
from symconv.semantics.work import count_range_values

H, A, B = (Symbol(n, integer=True, positive=True) for n in "HAB")


def test_a_definition_may_stand_before_what_it_is_made_of():
    first = SizeDefinition(A, H - 3, Symbol("s", integer=True, positive=True))
    second = SizeDefinition(B, A - 1, Symbol("s", integer=True, positive=True))
    sizes = {H: 11, Symbol("s", integer=True, positive=True): 2}
    assert define_sizes((second, first), sizes)
    assert (sizes[A], sizes[B]) == (5, 3)


def test_a_size_that_defines_itself_is_refused():
    one = Symbol("s", integer=True, positive=True)
    with pytest.raises(SymconvError, match="is defined by itself"):
        define_sizes((SizeDefinition(A, B + 1, one), SizeDefinition(B, A + 1, one)), {one: 1})


def test_a_range_without_values_has_none():
    i, j = Symbol("i"), Symbol("j")
    assert count_range_values(((i, H), (j, A)), {H: 4, A: 0}) == 0
    assert count_range_values(((i, H), (j, A)), {H: 4, A: 3}) == 12
