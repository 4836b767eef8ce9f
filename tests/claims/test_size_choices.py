"""The sizes at which claims about open sizes are tried."""

from itertools import permutations

import pytest

from symconv import Network
from symconv.claims.judging.size_choices import (
    SizeNeeds,
    choose_sizes,
    find_size_needs,
    reading_context,
)
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.symbol_table import SymbolTable

IMPOSSIBLE = {
    "input u K batch N | cross_entropy l labels -> E": set(),
    "input u Q batch N | dense w F bias b -> z | dense v R -> h | mse t -> E": set(),
    "input u H | transposed_conv w A stride S -> z | half_sse t -> E": set(),
    "input u HxW | conv w AxB -> z | half_sse t -> E": {("A", "H"), ("B", "W")},
    "input u NxQxHxW | conv w AxB channels F bias c -> z | relu -> a | half_sse t -> E": {
        ("A", "H"), ("B", "W"),
    },
    "input u NxQxHxW | conv w AxB channels F stride S padding P -> z | sse t -> E": set(),
}  # fmt: skip
"""Networks, and which size is never above which: a window is not above its image."""


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_every_size_is_above_every_other_one_in_some_choice(text):
    """A sum up to the wrong size is the whole sum wherever that size is the larger one."""
    network = Network.parse(text)
    choices = choose_sizes(network, SizeNeeds(0, 1))
    drawn = [{str(s): n for s, n in context.sizes} for context in choices]
    letters = [s for s in drawn[0] if "_" not in s]
    never = {(a, b) for a, b in permutations(letters, 2) if all(x[a] <= x[b] for x in drawn)}
    assert never == IMPOSSIBLE[text]
    assert not choices.missed


@pytest.mark.parametrize("degree", range(1, 6))
def test_a_network_with_many_sizes_is_tried_at_as_many_choices_as_a_degree_needs(degree):
    text = "input u NxQxHxW | conv w AxB channels F bias c -> z | relu -> a | half_sse t -> E"
    network = Network.parse(text)
    choices = choose_sizes(network, SizeNeeds(0, degree))
    assert len({context.sizes for context in choices}) > degree
    assert not choices.missed


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("E = sum_{i=0}^{7} u_i", 7),
        (r"E = \sum_{i=2}^{9} 4 u_i", 11),
        ("E = sum_{i<6} u_i", 7),
        ("E = sum_{i=0}^{H-1} u_i", 1),
        ("E = 5 u_0", 0),
    ],
)
def test_a_size_is_larger_once_than_the_numbers_in_indices_and_limits(text, beyond):
    """Those of factors do not count: no size hides them."""
    context = reading_context(Network.parse("input u H | tanh -> a | sse t -> E"))
    assert find_size_needs(parse_statement(text, SymbolTable(context, 0)), context).beyond == beyond
