"""Fast modules pass the linter, the formatter and the strict type checker, whatever they hold."""

import subprocess
import sys

import numpy as np
import pytest
from paths import ROOT

from symconv.api import Network
from symconv.codegen.fast.algorithms.table import ALGORITHMS, find_algorithms
from symconv.codegen.fast.plan.planner import Contract, Pool, plan_network
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES

TOOLS = (
    ("ruff", "check", "--no-cache"),
    ("ruff", "format", "--check", "--diff", "--no-cache"),
    ("mypy", "--strict"),
)
CONV = "conv w 3x3 channels 4 padding 1"
BALL = "avgpool 2x2x1 stride 1 padding 0x1x0 ceil -> p"
DEEP = " | ".join(f"{CONV} bias b -> z | relu -> a | maxpool 2 -> p" for _ in range(5))
WIDE = " | ".join("conv w 3x3 channels 2 bias b -> z | relu -> a" for _ in range(9))
LONG = (
    "conv filterbankonetwo 3x3 channels 4 flip bias offsetoffilters -> responsetofilter "
    "| relu -> rectifiedfilters | flatten -> flattenedfilters "
    "| dense weightsofalllays 5 bias offsetofweights -> resultofweights"
)
NAMED = "conv workspaces 3x3 channels 4 padding 1 bias samples -> futures"

PARTED = tuple(
    f"input x Nx2x5x4x4 | {BALL}{cost}" for cost in ("", " | sse t -> C", " | mse t -> C")
)
"""Networks without a parameter whose batch can be split."""

TINY = (
    "input x 3x3 | conv w 2x2 -> z | maxpool 2 -> p | tanh -> y | sse t -> C",
    "input x 3x3 | maxpool 3x3 padding 1 stride 1 -> p | tanh -> y",
    "input x 3x4 | maxpool 3x3 padding 1 stride 1 -> p | sigmoid -> y | sse t -> C",
    "input x 2x2 | relu -> y | half_sse t -> C",
    "input x 1 | tanh -> y",
    "input x 4x4 | conv w 1x1 padding 2 -> z | maxpool 2 -> p | sse t -> C",
    "input x 2x2 | conv w 2x2 padding 1 -> z | silu -> a | maxpool 2 stride 1 -> p | mse t -> C",
    "input x 5 batch 3 | dense w 4 bias b -> z | silu -> y | mse t -> C",
    "input x 2x1x5x2 | avgpool 5x2 -> q | sse t -> C",
    "input x 21 | tanh -> y | tanh -> a",
    "input x 22 | tanh -> y | tanh -> a",
    "input x 2x1x3x2 | conv w 1x1 channels 3 -> z | concat x -> y",
)
PLANNED = (
    f"input x Nx3x12x12 | {CONV} -> z | relu -> a",
    f"input x 16x3x12x8 | {CONV} flip bias b -> z | maxpool 2 -> p | sse t -> C",
    f"input x 20x3x12x8 | {CONV} flip stride 2 -> z | maxpool 2 -> p | mse t -> C",
    f"input x Nx3x64x64 | {DEEP} | flatten -> v | dense W 10 bias c -> h | cross_entropy t -> C",
    f"input x Nx1x40x40 | {WIDE}",
    f"input threads Nx3x40x40 | {NAMED} | mse results -> costs",
    f"input inputofthenet Nx3x12x12 | {LONG} | sse desiredresponse -> costofthenetwork",
    *PARTED,
)


def ask_for(network, algorithm):
    """The algorithm for every contraction of a network that it can compute."""
    made = plan_network(network.program, network.backward())
    steps = made.forward + made.backward
    found = {s.equation.key: s.contraction for s in steps if isinstance(s, Contract)}
    pools = [s.stage.contraction for s in made.forward if isinstance(s, Pool)]
    found |= {c.result.key: c for c in pools}
    return {key: algorithm.name for key, c in found.items() if algorithm in find_algorithms(c)}


def variants(network):
    """The module as it is planned, with tiles, and in every form."""
    texts = [network.numpy_source("fast", tiles=tiles) for tiles in (None, "f2", "f4")]
    overrides = [ask_for(network, algorithm) for algorithm in ALGORITHMS]
    return [*texts, *(network.numpy_source("fast", forms=w) for w in overrides if w)]


def complaints(folder, texts):
    """What each tool that complains says of modules, with the settings of the project."""
    pytest.importorskip("ruff")
    pytest.importorskip("mypy")
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for number, text in enumerate(dict.fromkeys(texts)):
        (folder / f"module{number}.py").write_text(text, "utf-8")
    files = sorted(p.name for p in folder.glob("*.py"))
    for tool in TOOLS:
        command = [sys.executable, "-m", *tool, *files]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            yield done.stdout + done.stderr


def layers():
    """The random layers of the comparison with PyTorch."""
    return pytest.importorskip("torch_layers")


def test_modules_are_clean(tmp_path):
    texts = [Network.parse(t).numpy_source("fast") for t in (*TINY[::3], *PLANNED[::3])]
    assert list(complaints(tmp_path, texts)) == []


@pytest.mark.rest
def test_more_modules_are_clean_in_every_form(tmp_path):
    texts = [Network.parse(t).numpy_source("fast") for t in (*TINY, *PLANNED)]
    texts += variants(Network.parse(PLANNED[1])) + variants(Network.parse(PLANNED[0]))
    assert list(complaints(tmp_path, texts)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("import numpy as np", "import numpy"), (" = 0.0\n", " =  0.0\n"), (" = 0.0\n", " = 0\n")],
)
def test_a_fault_is_found(tmp_path, old, new):
    text = Network.parse(TINY[0]).numpy_source("fast")
    assert old in text
    assert any(complaints(tmp_path, [text.replace(old, new)]))


@pytest.mark.long
@pytest.mark.parametrize("example", [e.name for e in EXAMPLES])
def test_every_example_is_clean_in_every_form(tmp_path, example):
    assert list(complaints(tmp_path, variants(Network.example(example)))) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_every_layer_is_clean(tmp_path, part):
    drawn, texts = layers(), []
    for keyword in sorted(catalogue())[part::4]:
        for seed in range(5):
            network, *_ = drawn.CASES[keyword](drawn.Draw(f"clean {keyword} {seed}"))
            texts += variants(network)
    assert list(complaints(tmp_path, texts)) == []


def given_of(network, batch=6):
    """Random arrays by their names in the module."""
    random, names = np.random.default_rng(0), network._module_names.tensors
    given = [t for t in network.program.tensors if network.program.equation(t.key) is None]
    given += [network.backward().seed] if network.backward().seed else []
    shapes = {names[t.key]: [int(n) if n.is_Integer else batch for n in t.shape] for t in given}
    return {name: random.standard_normal(shape) for name, shape in shapes.items()}


def answer(module, given):
    """Both passes of a module, each with what it takes."""
    values = module.forward(**{k: given[k] for k in taken(module.forward) if k in given})
    known = given | {"values": values}
    return values, module.backward(**{k: known[k] for k in taken(module.backward) if k in known})


def taken(function):
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


@pytest.mark.parametrize("text", [*TINY, *PARTED])
def test_clean_modules_compute_what_readable_ones_compute(text):
    network = Network.parse(text)
    module, given = network.compile("fast").module, given_of(network)
    values, gradients = answer(network.compile().module, given)
    found, answered = answer(module, given)
    for pair in ((found, values), (answered, gradients)):
        for name in pair[1]._fields:
            a, b = (getattr(p, name) for p in pair)
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12, err_msg=name)
    if hasattr(module, "step"):
        module.LEAST_PART = 1
        more = {"threads": 4} if text in PARTED else {}
        step = module.step(**given, **more)
        for a, b in zip(getattr(step, "gradients", step), gradients, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
        if network.backward().seed is None:
            np.testing.assert_allclose(step[0], values[-1], rtol=1e-12)
