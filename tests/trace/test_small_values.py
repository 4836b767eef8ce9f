"""`small` takes numbers that come out well: the same in every run, small, and short to write."""

import pytest
from kept_networks import parse_once

from symconv.core.errors import SymconvError
from symconv.trace import draw_values, is_random_request, trace_network

CONV = "input x 3x3 | conv w 2x2 -> z | relu -> a | half_sse t -> C"


def numbers(tables):
    for value in tables:
        yield from numbers(value) if isinstance(value, list) else [value]


def test_small_numbers_are_small_and_the_same_in_every_run():
    first, second = (draw_values(parse_once(CONV), "small") for _ in range(2))
    assert first == second
    assert set(numbers(first.values.values())) <= {-2, -1, 0, 1, 2}
    assert is_random_request("small")


def test_they_are_shorter_to_write_than_most():
    net = parse_once(CONV)
    small = trace_network(net, "small").value("C")
    others = [trace_network(net, f"random:{seed}").value("C") for seed in range(5)]
    assert len(str(small)) <= min(len(str(value)) for value in others)


def test_labels_are_classes_and_roots_have_a_value():
    labels = "input x 2x3 | dense w 2 -> z | cross_entropy t labels -> C"
    assert set(numbers([draw_values(parse_once(labels), "small").values["t"]])) <= {0, 1}
    given = draw_values(parse_once("input x 3 | y[i] = log(x[i]) for i<3"), "small").values
    assert all(value > 0 for value in numbers([given["x"]]))


def test_open_sizes_are_refused_in_one_line():
    with pytest.raises(SymconvError, match="sizes K, N"):
        draw_values(parse_once("input x NxK | half_sse t -> C"), "small")
