"""symconv's own names give way to those of the person, in every style and every place of a network.

A tensor may be called like anything that a generated module binds, imports or calls: the module of
each style passes all its checks, without and with a workspace, and its `step`, too.
"""

import builtins
import keyword

import pytest
from grids import slice_of

from symconv.api import Network
from symconv.codegen.styles import STYLES
from symconv.verify.module_checks import check_module

NAMES = (
    *("window", "self", "np", "out", "workspace", "threads", "values", "kept", "dtype", "tanh"),
    *("gradients", "i", "x", "len", "max", "Array", "Forward", "step", "index", "float", "match"),
    *("workspaces", "results", "samples", "part", "get", "T", "shape", "numbers", "rest", "dz"),
)
TINY = "input q 2x2 | conv w 1x2 -> {0} | tanh -> {1} | sse {2} -> {3}"
PLANNED = "input {0} Nx1x4x4 | conv {1} 3x3 padding 1 bias {2} -> {3} | maxpool 2 | half_sse {4}"
OWN = "input q 5 | y[{0}] = sum({1}) {2}[{1}] q[{1}] A[{0},{1}] for {0}<3 | half_sse t"


def module_errors(network, style):
    """What the checks of a module find wrong."""
    sizes, uses = network._module_uses(style)
    program = network.backward().program
    checks = [c for use in uses for c in check_module(program, sizes, use)]
    assert len(checks) >= 2
    return [c.line for c in checks if not c.passed]


def fill(template, name):
    """The network with the name in each of its places, one after the other."""
    places = [f"{{{k}}}" for k in range(5) if f"{{{k}}}" in template]
    others = ("a", "b", "c", "d", "e")
    for chosen in range(len(places)):
        words = [name if k == chosen else others[k] for k in range(len(places))]
        yield template.format(*words)


@pytest.mark.parametrize("name", slice_of(NAMES, 3))
def test_a_tensor_may_have_any_name_in_every_style(name):
    turn = NAMES.index(name)
    texts = list(fill((TINY, PLANNED, OWN)[turn % 3], name))
    network = Network.parse(texts[turn % len(texts)])
    for style in STYLES:
        assert module_errors(network, style) == [], (network, style)


@pytest.mark.parametrize("name", ["kept", "dtype", "tanh", "gradients", "self"])
def test_a_name_of_an_unrolled_module_may_stand_in_every_place(name):
    for text in fill(TINY, name):
        assert module_errors(Network.parse(text), "fast") == [], text


def test_a_kernel_may_be_called_k_where_a_step_counts_its_parts():
    text = PLANNED.format("a", "k", "b", "c", "d")
    assert "def step(" in Network.parse(text).numpy_source("fast")
    assert module_errors(Network.parse(text), "fast") == []


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_name_may_stand_in_every_place(name):
    for template in (TINY, PLANNED, OWN):
        for text in fill(template, name):
            network = Network.parse(text)
            for style in STYLES:
                assert module_errors(network, style) == [], (text, style)


def test_a_builtin_may_be_a_name_and_a_keyword_is_refused_in_one_line():
    words = {n for n in dir(builtins) if n.isalnum() and n[0].isalpha() and len(n) <= 16}
    for name in sorted(words - set(keyword.kwlist))[::4]:
        compiled = Network.parse(f"input {name} 2 | relu -> a | sse t -> C").compile("fast")
        assert compiled.arrays[name] == f"{name}_2"
    for name in sorted(set(keyword.kwlist) & words | {"lambda", "for", "in"}):
        with pytest.raises(Exception, match=f"'{name}' is no name for a tensor") as caught:
            Network.parse(f"input {name} 2 | relu -> a | sse t -> C")
        assert "no Python keyword" in str(caught.value)
