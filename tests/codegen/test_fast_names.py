"""A tensor may have any name: no helper of any style is shadowed by it."""

import re

import numpy as np
import pytest
from paths import TEMPLATES

from symconv.api import Network
from symconv.codegen.fast.algorithms.base import HelperCall
from symconv.codegen.fast.algorithms.table import ALGORITHMS
from symconv.codegen.python.identifiers import FIELDS, RESERVED
from symconv.codegen.styles import STYLES

CALLS = [c for a in ALGORITHMS for c in vars(a.calls).values() if isinstance(c, HelperCall)]
SUFFIXES = {
    *{c.suffix for c in CALLS if c.suffix},
    *("argmax", "pooled", "planes", "product", "table", "inverse", "window", "whole", "padded"),
}
"""How names of fast modules end that begin with the name of a tensor."""

DEFINED = re.compile(r"^(?:def|class) (\w+)|^([A-Z]\w*)\b(?=[:=]| :| =)", re.MULTILINE)


def helper_names():
    """What the templates of helper functions define."""
    files = [p for p in TEMPLATES.glob("numpy*/*.py.j2") if not p.name.startswith("test_")]
    texts = [p.read_text("utf-8") for p in files]
    return {a or b for text in texts for a, b in DEFINED.findall(text)}


def imported(line):
    """The names that a line of imports brings."""
    return [name.split(" as ")[-1].strip() for name in line.partition("import ")[2].split(",")]


def attributes(module):
    """What may follow the dot behind what a module answers."""
    return {name for made in module.classes for name in made.attributes}


def test_everything_that_a_module_defines_is_reserved():
    names = helper_names()
    labels, tiny = (
        "input x 3 batch N | dense W 4 | cross_entropy t labels",
        "input x 3 | tanh | sse t",
    )
    for network in (labels, tiny, "input x Nx3x8x8 | conv w 3x3 channels 4 -> z"):
        for style in STYLES:
            module = Network.parse(network).generate(style).module
            names |= {d.name for d in (*module.classes, *module.functions)}
            names |= {line.partition(":")[0] for line in module.aliases if "TypeAlias" in line}
            names |= {w for group in module.imports for line in group for w in imported(line)}
            names |= attributes(module)
    assert {"Step", "Labels", "Number", "Shape4", "np", "tanh", "gradients"} <= names
    names -= {*"xtWwzhCa", "dx", "dW", "dw"}  # the tensors
    possible = {n for n in names if "_" not in n}  # a tensor's name has letters and digits only
    assert {"sigmoid", "softmax", "Window", "Workspace"} <= possible
    assert possible - RESERVED - FIELDS == set()


def test_no_helper_is_called_like_an_array_made_of_a_tensor():
    """A tensor `known` has a function `known_table`, which no helper may be called then."""
    names = {n.lower().rpartition("_") for n in helper_names() - RESERVED}
    assert not {stem for stem, _, last in names if last in SUFFIXES and "_" not in stem}
    assert "get_cached_table" in helper_names()
    for name in ("known", "cached", "build"):
        net = Network.parse(f"input x 2x3x6x6 | conv w 3x3 channels 4 -> {name}")
        rng = np.random.default_rng(0)
        given = {"x": rng.normal(size=(2, 3, 6, 6)), "w": rng.normal(size=(4, 3, 3, 3))}
        for algorithm in (a for a in ALGORITHMS if a.table):
            made = net.compile("fast", forms={name: algorithm.name})
            values, right = made.forward(**given), net.compile().forward(**given)
            np.testing.assert_allclose(values[0], right[-1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "name", ["sigmoid", "softmax", "workspace", "step", "np", "Forward", "self", "window"]
)
def test_a_tensor_with_the_name_of_a_helper_works(name):
    stages = "conv w 3x3 channels 4 groups 4 padding 1 -> z | conv v 3x3 channels 4 padding 1 -> y"
    net = Network.parse(f"input {name} 2x4x6x6 | {stages}")
    rng = np.random.default_rng(0)
    w, v, x = (rng.normal(size=s) for s in ((4, 1, 3, 3), (4, 4, 3, 3), (2, 4, 6, 6)))
    found = []
    for style in ("readable", "fast"):
        made = net.compile(style)
        given = {made.arrays[name]: x, "w": w, "v": v}
        values = made.forward(**given)
        delta = {made.arrays["delta y"]: np.ones_like(values.y)}
        found.append(made.backward(**given, **delta, values=values))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b)


def test_an_order_that_two_gradients_read_is_made_once():
    conv = "conv {} 3x3 channels 8 padding 1 -> {}"
    text = f"input x 8x3x16x16 | {conv.format('w', 'z')} | {conv.format('v', 'y')} | sse t -> C"
    source = Network.parse(text).numpy_source("fast")
    assert source.count(" = delta_y.transpose(") == 1
    assert source.count(" = delta_z.transpose(") == 1
