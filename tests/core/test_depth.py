"""Networks of a thousand layers: no step is quadratic in the depth, and none runs out of stack.

Counted are the calls of functions, which are the same on every machine.
"""

from cProfile import Profile
from itertools import product

import pytest
from grids import slice_of
from sympy.core.cache import clear_cache

from symconv import Network
from symconv.core.errors import SymconvError
from symconv.verify.all_checks import check_backward_pass

DEPTHS = (30, 60)
"""Enough for what is quadratic to show: it was half of the work or more at sixty layers."""

FIRST = 4
"""The depth of a network that pays for what is kept of all networks, and is not counted."""

LAYERS = {
    "relu": "relu",
    "own equation": "y[i] = tanh({last}[i])*w{n}[i]",
    "dense": "dense w 2 bias b",
    "residual": "relu -> a | add u",
}


def network(kind, depth):
    return Network.parse(" | ".join(stages(kind, depth)))


def count_calls(work):
    """How many functions are called in the course of some work."""
    counting = Profile(builtins=False, subcalls=False)
    counting.runcall(work)
    return sum(entry.callcount for entry in counting.getstats())


WORK = {
    "derive": lambda net: net.backward(),
    "claim": lambda net: net.check("dC/dt = -2 (a_0 - t_0)"),
    "results": lambda net: net.derivation("u")._repr_latex_(),
    "text": lambda net: net.derivation("u").text(),
    "loops": lambda net: net.numpy_source("loops"),
    "readable": lambda net: net.numpy_source("readable"),
    "fast": lambda net: net.numpy_source("fast"),
}


@pytest.mark.parametrize(
    ("what", "kind"), slice_of(product(["derive", "claim", "readable"], LAYERS), 4)
)
def test_work_is_linear_in_the_depth(what, kind):
    assert_linear(what, kind, DEPTHS)


@pytest.mark.parametrize("what", slice_of(["results", "text", "loops", "fast"], 4))
def test_what_is_written_is_linear_in_the_depth(what):
    assert_linear(what, "relu", DEPTHS)


def assert_linear(what, kind, depths):
    """Twice the layers are twice the work, and hardly more."""
    counts = []
    # What SymPy keeps of other networks is forgotten each time, as it has room for a part of a
    # deep network only.
    for depth in (FIRST, *depths):
        net = network(kind, depth)
        if what != "derive":
            net.backward()
        clear_cache()
        counts.append(count_calls(lambda net=net: WORK[what](net)))
    _, once, twice = counts
    assert twice <= 2.2 * once


@pytest.mark.parametrize("kind", slice_of(LAYERS, 2))
def test_building_is_linear_in_the_depth(kind):
    texts = [" | ".join(stages(kind, depth)) for depth in (100, 100, 200, 400)]
    _, first, second, third = [count_calls(lambda t=t: Network.parse(t)) for t in texts]
    assert third - second <= 2.2 * (second - first)


def stages(kind, depth):
    if kind == "own equation":
        own = (LAYERS[kind].format(last="y" if n else "u", n=n) for n in range(depth))
        return ["input u 2", *own, "sse t -> C"]
    return ["input u 2", *([LAYERS[kind]] * depth), "sse t -> C"]


@pytest.mark.rest
def test_verification_is_linear_in_the_depth():
    counts = []
    for depth in (FIRST, 16, 32):
        net = network("dense", depth)
        passes = net.backward()
        counts.append(count_calls(lambda p=passes: list(check_backward_pass(p, draws=1))))
    _, once, twice = counts
    # Every result is still compared at three entries here, by a pass of its own.
    assert twice <= 3 * once


def test_a_thousand_layers_are_derived_checked_and_written():
    net = network("relu", 1000)
    assert len(net.backward().derivations) == 1001
    assert net.check("dC/da_0^1000 = 2 (a_0^1000 - t_0)").verdict == "right"
    assert "a1000" in net.numpy_source("readable")


def test_an_entry_through_many_sums_is_refused_and_through_few_is_written():
    text = "input x 6x6 | " + "conv w 3x3 padding 1 -> o | " * 20 + "sse t -> C"
    with pytest.raises(SymconvError, match="very many parts") as refused:
        Network.parse(text).gradient("w_0,0^1")
    assert "30,000" in str(refused.value)
    assert Network.parse("input u 2 | " + "relu | " * 200 + "sse t").gradient("u_0").args


def test_more_than_a_thousand_layers_are_refused_in_one_line():
    with pytest.raises(SymconvError, match="the network has 2,001 layers"):
        Network.parse("input u 2 | " + "relu | " * 2000 + "sse t -> C")
