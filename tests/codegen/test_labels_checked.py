"""Generated modules refuse what is no class number: in every style, in words, cheaply."""

import inspect
import shutil
import subprocess
import sys
import types
from functools import cache

import numpy as np
import pytest
from grids import slice_of
from paths import ROOT
from sympy import Integer

from symconv.api import Network
from symconv.codegen.python.identifiers import Namer
from symconv.core.errors import SymconvError
from symconv.core.nodes import Equals
from symconv.trace.trace import trace_network

TOOLS = (
    ("ruff", "check", "--no-cache"),
    ("ruff", "format", "--check", "--no-cache"),
    ("mypy", "--strict"),
)
STYLES = ("readable", "fast", "loops")
DENSE = "input x 3 batch N | dense w 4 bias b -> z | cross_entropy t labels -> C"
SYMBOLS = "input x Q batch N | dense w K bias b -> z | cross_entropy t labels -> C"
PLANNED = (
    "input x Nx1x6x6 | conv w 3x3 channels 2 padding 1 -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 4 bias c -> h | cross_entropy t labels -> C"
)
PLANNED_SYMBOLS = PLANNED.replace("dense W 4", "dense W K")
TINY = "input x 4 batch 2 | cross_entropy t labels -> C"
EACH = "input x 4 batch N | cross_entropy t labels reduction none"
IMAGES = "input x Nx4x2x3 | cross_entropy t labels reduction sum"
FLAT = "input x Nx1x2xK | flatten -> v | cross_entropy t labels -> C"
NETWORKS = (DENSE, SYMBOLS, PLANNED, PLANNED_SYMBOLS, TINY, EACH, IMAGES, FLAT)
CLASSES = "t has the class {}, but there are 4 classes, 0 to 3"
WHOLE = "t holds class numbers, so its type must be an integer, not {}"
CASES = [(text, style) for text in NETWORKS for style in STYLES]


@cache
def made(text, style):
    """A module and good arrays of 2 samples and 4 classes."""
    network, random = Network.parse(text), np.random.default_rng(0)
    names, sizes = network._module_names.tensors, {"N": 2, "Q": 3, "K": 2 if text == FLAT else 4}
    known = {}
    for t in network.program.tensors:
        if network.program.equation(t.key) is None:
            shape = [int(n) if n.is_Integer else sizes[str(n)] for n in t.shape]
            drawn = random.integers(4, size=shape) if t.role == "target" else None
            known[names[t.key]] = random.standard_normal(shape) if drawn is None else drawn
    return network.compile(style).module, known


def called(function, known):
    return function(**{k: known[k] for k in inspect.signature(function).parameters if k in known})


def spoiled(known, label):
    """The same arrays, with one other label."""
    t = known["t"].copy()
    t.flat[-1] = label
    return known | {"t": t}


@pytest.mark.parametrize(("text", "style"), slice_of(CASES, 6))
@pytest.mark.parametrize("label", [4, 11, -1])
def test_a_class_that_is_none_is_refused(text, style, label):
    module, known = made(text, style)
    with pytest.raises(ValueError, match="t has the class") as error:
        called(module.forward, spoiled(known, label))
    assert str(error.value) == CLASSES.format(label)


@pytest.mark.parametrize(("text", "style"), slice_of(CASES, 6))
@pytest.mark.parametrize("kind", [float, bool, np.float32, object])
def test_what_is_no_integer_is_refused(text, style, kind):
    module, known = made(text, style)
    with pytest.raises(ValueError, match="t holds class numbers") as error:
        called(module.forward, known | {"t": known["t"].astype(kind)})
    assert str(error.value) == WHOLE.format(np.dtype(kind))


@pytest.mark.parametrize(("text", "style"), slice_of(CASES, 6))
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.uint64])
def test_every_class_of_every_integer_type_is_taken(text, style, kind):
    module, known = made(text, style)
    for label in range(4):
        good = spoiled(known, label)
        wanted = called(module.forward, good).C
        found = called(module.forward, good | {"t": good["t"].astype(kind)}).C
        np.testing.assert_array_equal(found, wanted)
        assert np.all(np.isfinite(wanted))


@pytest.mark.parametrize("style", STYLES)
def test_a_batch_of_nobody_is_no_fault_of_the_labels(style):
    module, known = made(EACH, style)
    empty = known | {"x": known["x"][:0], "t": known["t"][:0]}
    assert called(module.forward, empty).C.shape == (0,)
    module.check_classes("t", empty["t"], 4)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", [DENSE, PLANNED_SYMBOLS])
def test_the_check_is_done_once_and_before_anything_else_is_computed(text, style):
    module, known = made(text, style)
    counted, asked = module.check_classes, []

    def count(*arguments):
        asked.append((arguments[0], arguments[2]))
        counted(*arguments)

    twin = vars(module) | {"check_classes": count}
    forward, backward = (
        types.FunctionType(f.__code__, twin, f.__name__, f.__defaults__)
        for f in (module.forward, module.backward)
    )
    values = called(forward, known)
    called(backward, known | {"values": values})
    assert asked == [("t", 4)]
    assert "check_classes" not in module.backward.__code__.co_names


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "text", [DENSE.replace(" labels", ""), "input x 3 batch N | dense w 4 | mse t"]
)
def test_without_labels_there_is_no_check(text, style):
    assert "check_classes" not in Network.parse(text).numpy_source(style)


def test_no_tensor_takes_the_name_of_the_check():
    assert Namer().claim("check_classes") == "check_classes_2"


def test_a_step_in_parts_refuses_as_well():
    module, known = made(PLANNED, "fast")
    module.LEAST_PART = 1
    for threads in (1, 2):
        with pytest.raises(ValueError, match="t has the class 11"):
            module.step(**spoiled(known, 11), threads=threads)


def broken(module, known):
    """What is wrong with the check of a module."""
    labels = {"low": -1, "high": 4, "far": 11}
    found = [k for k, n in labels.items() if not refused(module, spoiled(known, n))]
    found += [] if refused(module, known | {"t": known["t"].astype(float)}) else ["kind"]
    found += [] if refused(module, known | {"t": known["t"].astype(bool)}) else ["bool"]
    found += ["good"] if any(refused(module, spoiled(known, n)) for n in range(4)) else []
    try:
        module["check_classes"]("t", np.zeros((0, 2), int), 4)
    except ValueError:
        found += ["empty"]
    return found


def refused(module, known):
    try:
        called(module["forward"], known)
    except ValueError as error:
        return str(error).startswith("t h")
    except IndexError:
        return False  # NumPy's own words, which say nothing of the labels
    return False


FAULTS = {
    "low": ("if not 0 <= label < count:", "if not -2 <= label < count:"),
    "high": ("if not 0 <= label < count:", "if not 0 <= label <= count:"),
    "far": ("if not 0 <= label < count:", "if not 0 <= label:"),
    "good": ("if not 0 <= label < count:", "if not 0 < label < count:"),
    "kind": ('not in "iu"', 'not in "iuf"'),
    "bool": ('not in "iu"', 'not in "iub"'),
}
REDUCED = {
    "low": ("(array.min(initial=0), ", "(0, "),
    "far": ("array.max(initial=0))", "0)"),
    "empty": ("array.min(initial=0)", "array.min()"),
}
CALLED = {"low": ('check_classes("t", t, 4)\n', "pass\n")}
PLANTED = [
    *((s, DENSE, w, *pair) for s in STYLES for w, pair in FAULTS.items()),
    *((s, DENSE, w, *pair) for s in STYLES[:2] for w, pair in REDUCED.items()),
    *((s, DENSE, w, *pair) for s in STYLES for w, pair in CALLED.items()),
    *(("fast", PLANNED, w, *pair) for w, pair in (FAULTS | REDUCED).items()),
    *(("fast", PLANNED, w, *pair) for w, pair in CALLED.items()),
]


@pytest.mark.parametrize(("style", "text", "what", "old", "new"), slice_of(PLANTED, 2))
def test_a_fault_of_the_check_is_found(style, text, what, old, new):
    _, known = made(text, style)
    source, module, spoilt = Network.parse(text).numpy_source(style), {}, {}
    assert source.count(old) == 1
    exec(compile(source, "module", "exec"), module)
    exec(compile(source.replace(old, new), "planted", "exec"), spoilt)
    assert broken(module, known) == []
    assert what in broken(spoilt, known)


@pytest.mark.parametrize("tool", TOOLS)
def test_modules_with_the_check_are_clean(tmp_path, tool):
    pytest.importorskip(tool[0])
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for number, text in enumerate((DENSE, PLANNED_SYMBOLS, IMAGES)):
        for style in STYLES:
            source = Network.parse(text).numpy_source(style)
            assert "def check_classes(" in source
            (tmp_path / f"{style}{number}.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", *tool]
    files = sorted(p.name for p in tmp_path.glob("*.py"))
    assert tidy([*command, *files], tmp_path)
    text = (tmp_path / files[0]).read_text("utf-8")
    (tmp_path / "spoilt.py").write_text(f'{text}import os\nwrong: int  = ""\n', "utf-8")
    assert not tidy([*command, "spoilt.py"], tmp_path)


def tidy(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("steps", [0, 3, 60])
def test_a_trace_refuses_as_well(steps):
    net = Network.parse("input x 3 batch 2 | dense W 3 -> h | cross_entropy t labels -> C")
    values = {"x": [[1, 2, 0], [0, 1, 1]], "W": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 3]}
    with pytest.raises(SymconvError, match="'t' has the class 3, but there are 3 classes, 0 to 2"):
        trace_network(net, values, steps=steps, rate="1/10")


LABELLED = "input h 3 | cross_entropy t labels -> C"


def test_the_bracket_of_a_label_without_a_value_stays():
    network = Network.parse(LABELLED)
    assert network.written("h_0").endswith("- [t_0 = 0]")
    assert "− [t₀ = 2]" in network.derivation().text()
    assert Equals(Integer(1), Integer(1)) == 1
    assert Equals(Integer(1), Integer(2)) == 0


@pytest.mark.parametrize("label", range(3))
def test_numbers_of_a_labelled_network_are_those_of_its_module(label):
    network, h = Network.parse(LABELLED), [1, 2, 3]
    told = trace_network(network, {"h": h, "t": [label]}).text()
    module = network.compile()
    values = module.forward(h=np.array(h, float), t=np.array([label]))
    (dh,) = module.backward(h=np.array(h, float), t=np.array([label]), values=values)
    for number in (values.C, *dh):
        assert f"≈ {number:.6g}".rstrip("0").replace("-", "−") in told


@pytest.mark.parametrize("notation", ["ij0", "ij1", "flat1"])
def test_claims_about_classes_are_tried_with_every_class(notation):
    text = "input x 4 | dense W 3 bias b -> h | cross_entropy t labels -> C"
    network = Network.parse(text, notation)
    first = 0 if notation == "ij0" else 1
    total = " + ".join(f"exp(h_{first + k})" for k in range(3))
    for k in range(3):
        claim = f"dC/dh_{first + k} = exp(h_{first + k})/({total})"
        assert network.check(claim).verdict == "wrong", claim
        assert network.check(f"{claim} - 1").verdict == "wrong", claim
    assert network.check("dC/db = dC/dh").verdict == "right"


COPIED = (
    "input x 3 batch 4 | constant t 2 batch 2 | v[2*n+c] = t[n,c]"
    " | C = -(sum(n<4, c<3) [v[n] = c] (x[n,c] - logsumexp(r<3) x[n,r])) / 4"
)


def test_labels_that_are_copied_are_checked_where_they_are_given():
    network = Network.parse(COPIED)
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []
    x, plain = (
        np.arange(12.0).reshape(4, 3) % 5,
        Network.parse("input x 3 batch 4 | cross_entropy t labels"),
    )
    right = plain.compile().forward(x=x, t=np.array([2, 0, 1, 1])).C
    for style in STYLES:
        forward = network.compile(style).forward
        np.testing.assert_allclose(forward(x=x, t=np.array([[2, 0], [1, 1]])).C, right)
        with pytest.raises(ValueError, match="t has the class 3, but there are 3"):
            forward(x=x, t=np.array([[2, 0], [3, 1]]))
