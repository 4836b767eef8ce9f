"""A tensor may have any name: no helper of any style is shadowed by it."""

import re

import numpy as np
import pytest
from paths import TEMPLATES

from symconv.api import Network
from symconv.codegen.python.identifiers import RESERVED
from symconv.codegen.styles import STYLES

DEFINED = re.compile(r"^(?:def|class) (\w+)|^([A-Z]\w*)\b(?=[:=]| :| =)", re.MULTILINE)


def test_everything_that_a_module_defines_is_reserved():
    files = [p for p in TEMPLATES.glob("numpy*/*.py.j2") if not p.name.startswith("test_")]
    texts = [p.read_text("utf-8") for p in files]
    names = {a or b for text in texts for a, b in DEFINED.findall(text)}
    labels, tiny = "input x 3 batch N | dense W 4 | cross_entropy t labels", "input x 3 | sse t"
    for network in (labels, tiny, "input x Nx3x8x8 | conv w 3x3 channels 4 -> z"):
        for style in STYLES:
            module = Network.parse(network).generate(style).module
            names |= {d.name for d in (*module.classes, *module.functions)}
            names |= {line.partition(":")[0] for line in module.aliases if "TypeAlias" in line}
    assert {"Step", "Labels", "Number", "Shape4"} <= names
    possible = {n for n in names if "_" not in n}  # a tensor's name has letters and digits only
    assert {"framed", "padded", "Window", "Workspace"} <= possible
    assert possible - RESERVED == set()


@pytest.mark.parametrize(
    "name", ["framed", "padded", "workspace", "step", "np", "Forward", "self", "window"]
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
