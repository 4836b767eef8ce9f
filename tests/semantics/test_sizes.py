"""Sizes that other sizes define are found in whatever order the definitions stand."""

import pytest
from sympy import Symbol

from symconv.api import Network
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.tensor import Name, Tensor, index
from symconv.semantics.sizes import SizeDraws, define_sizes, pick_drawn_sizes
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


def test_every_third_draw_keeps_clear_of_special_sizes_and_the_others_meet_them():
    program = Network.parse("input x H | conv w k stride s padding p -> z").program
    draws = SizeDraws(program)
    found = {n: [draws.pick(seed) for seed in range(60) if bool(seed % 3) == n] for n in (0, 1)}
    values = {
        n: {name: {d[s] for d in found[n] for s in d if s.name == name} for name in "sp"}
        for n in found
    }
    assert values == {0: {"s": {2, 3}, "p": {1, 2}}, 1: {"s": {1, 2, 3}, "p": {0, 1, 2}}}


@pytest.mark.parametrize(
    ("extent", "drawn", "valid"),
    [(A / 2, 4, True), (A / 2, 3, False), (A - 3, 4, True), (A - 3, 2, False), (A - 3, 3, False)],
)
def test_an_extent_is_a_whole_number_of_at_least_one(extent, drawn, valid):
    x, y = (Tensor(Name(t), (extent,), role) for t, role in (("x", "input"), ("y", "value")))
    i = index("i")
    program = Program((x, y), (Equation(y[i], 2 * x[i], ((i, extent),)),), "y")
    found = pick_drawn_sizes(program, 0, lambda *_: drawn, lambda _: True, attempts=1)
    assert found == ({A: drawn} if valid else None)
