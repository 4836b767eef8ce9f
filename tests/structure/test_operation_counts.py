"""The formulas of costs are what the loops style does, counted operation by operation."""

import math
from inspect import signature

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once

from symconv.structure.operation_counts import count_costs

NETWORKS = [
    "input x 3x4 | dense w 3 bias b -> z | tanh -> a | dense v 2 -> h | half_sse t -> C",
    "input x NxD | dense w 3 -> z | mse t -> C",
    "input x NxD | batchnorm weight g bias h -> y | half_sse t -> C",
    "input x NxD | rmsnorm -> y | half_sse t -> C",
    "input x NxD | softmax -> p | half_sse t -> C",
    "input x NxTxE | matmul x transposed -> y | half_sse t -> C",
]
BEYOND_BORDERS = [
    "input x NxCxHxW | conv w 2x2 channels 3 -> z | half_sse t -> E",
    "input x NxCxHxW | conv w 2x2 channels 3 padding 1 -> z | relu -> a | half_sse t -> E",
]
SIZES = {"N": 2, "C": 2, "H": 3, "W": 4, "D": 3, "T": 2, "E": 3}


class Counted:
    """A number that counts what is done with it; adding to nothing is no addition."""

    done = 0

    def __init__(self, value):
        self.value = float(value)

    def _two(self, other, make):
        value = other.value if isinstance(other, Counted) else float(other)
        Counted.done += 1
        return Counted(make(self.value, value))

    def __add__(self, other):
        plain = not isinstance(other, Counted) and other == 0
        return self if plain else self._two(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other):
        return self._two(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._two(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._two(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._two(other, lambda a, b: a / b)

    def __rtruediv__(self, other):
        return self._two(other, lambda a, b: b / a)

    def __pow__(self, other):
        return self._two(other, lambda a, b: a**b)

    def __neg__(self):
        return Counted(-self.value)

    def _compare(self, other):
        first = not isinstance(other, Counted) and math.isinf(other)
        Counted.done += not first
        return other.value if isinstance(other, Counted) else other

    def __ge__(self, other):
        return self.value >= self._compare(other)

    def __gt__(self, other):
        return self.value > self._compare(other)

    def __le__(self, other):
        return self.value <= self._compare(other)

    def __lt__(self, other):
        return self.value < self._compare(other)

    def __float__(self):
        return self.value

    def _one(self, make):
        Counted.done += 1
        return Counted(make(self.value))

    def exp(self):
        return self._one(math.exp)

    def log(self):
        return self._one(math.log)

    def tanh(self):
        return self._one(math.tanh)

    def sqrt(self):
        return self._one(math.sqrt)


def arrays(net):
    random = np.random.default_rng(3)
    for tensor in net.program.given:
        shape = [int(n.subs({s: SIZES[s.name] for s in n.free_symbols})) for n in tensor.shape]
        numbers = random.uniform(0.5, 1.5, shape)
        made = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            made[place] = Counted(numbers[place])
        yield tensor.name.letter, made


def formula_counts(net, keys):
    total = sum(c.operations for c in count_costs(net.backward().program) if c.equation.key in keys)
    values = {s: SIZES[s.name] for s in total.free_symbols if s.name in SIZES}
    for definition in net.program.sizes:
        known = {s: SIZES[s.name] for s in definition.numerator.free_symbols}
        values[definition.symbol] = definition.numerator.subs(known) // definition.stride + 1
    return int(total.subs(values))


def counts(text):
    """What the passes do, by the loops and by the formulas."""
    net = parse_once(text)
    module, given = net.compile("loops").module, dict(arrays(net))
    forward = {e.key for e in net.program.equations}
    backward = {e.key for e in net.backward().program.equations} - forward
    Counted.done = 0
    given["values"] = module.forward(
        *(given[name] for name in signature(module.forward).parameters)
    )
    first, Counted.done = Counted.done, 0
    module.backward(*(given[name] for name in signature(module.backward).parameters))
    return (first, Counted.done), (formula_counts(net, forward), formula_counts(net, backward))


@pytest.mark.parametrize("text", slice_of(NETWORKS, 3))
def test_the_formulas_count_what_the_loops_do(text):
    done, said = counts(text)
    assert done == said
    assert min(done) > 0


@pytest.mark.parametrize("text", slice_of(BEYOND_BORDERS, 2))
def test_terms_beyond_a_border_are_counted_though_they_are_left_out(text):
    done, said = counts(text)
    assert said[0] >= done[0]
    assert said[1] > done[1]


def test_costs_are_formulas_of_the_sizes():
    net = parse_once("input x NxD | dense w E -> y")
    costs = net.derivation().costs
    assert [str(c.operations) for c in costs] == [
        "2*D*E*N - E*N",
        "2*D*E*N - D*E",
        "2*D*E*N - D*N",
    ]
    assert str(costs[0].bytes) == "8*D*E + 8*D*N + 8*E*N"


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_costs_stand_in_a_document_on_request_alone(form):
    document = parse_once("input x NxD | dense w E -> y").derivation()
    assert "operations" in getattr(document, form)(costs=True)
    assert "What it costs" not in getattr(document, form)()
