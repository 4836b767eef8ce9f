"""Fast modules compute what readable ones compute, in every form, and what the oracle says."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from inspect import signature
from random import Random
from types import ModuleType

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once

from symconv.codegen.fast.plan.planner import plan_network
from symconv.codegen.fast.write.planned import PlannedModule
from symconv.codegen.python.allowlist import FAST
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import module_names
from symconv.codegen.styles import GeneratedModule
from symconv.core.equation import find_labels
from symconv.core.errors import SymconvError
from symconv.core.proof import number_equations
from symconv.lower.lowering import Lowering
from symconv.semantics.sizes import pick_sizes
from symconv.verify.generated_module import ModuleUnderTest
from symconv.verify.module_checks import check_module

CONV = "conv w 3x3 channels 4"
LAYERS = (
    f"input x 16x3x9x8 | {CONV} stride 2 padding 1 bias b -> z | relu -> a | sse t -> C",
    f"input x 16x3x9x8 | {CONV} padding 1 bias b -> z | tanh -> a | maxpool 3x2 -> p",
    f"input x 16x3x11x8 | {CONV} padding 1 flip bias b -> z | maxpool 2 -> p | sse t -> C",
    f"input x 16x3x12x8 | {CONV} padding 1 flip stride 2 -> z | maxpool 2 -> p",
    f"input x 2x3x12x8 | {CONV} padding 1 stride 2 dilation 2 -> z | maxpool 2 -> p",
    f"input x 20x3x12x10 | {CONV} stride 3 bias b -> z | sigmoid -> y | conv w 1x1 channels 3 -> z",
    (
        f"input x 20x3x12x16 | {CONV} -> z | relu -> y | conv w 2x3 channels 3 bias b -> z "
        "| relu -> y | maxpool 2 -> p | conv w 2x2 channels 2 -> z | sse t -> C"
    ),
    "input x 12x12 | conv w 3x3 padding 1 bias b -> z | relu -> y | maxpool 2 -> p | sse t -> C",
    (
        f"input x Nx4x8x8 | {CONV} groups 2 padding 1 -> z | avgpool 2 -> q "
        "| conv w 3x3 channels 2 padding 2 stride 2 -> z | sse t -> C"
    ),
    "input x 20x2x6x5 | conv w 3x2 channels 3 padding 1 bias b -> z | relu -> a | maxpool 2 -> p",
    "input x 20x2x6x5 | conv w 2x2 channels 3 stride 2 padding 1 dilation 2 flip bias b -> z",
    f"input x 1x3x12x8 | {CONV} bias b -> z | relu -> a | maxpool 2 -> p | sse t -> C",
    f"input x 16x2x8x8 | {CONV} -> z | relu -> a | maxpool 2 stride 1 -> p | sse t -> C",
    "input x 3x3 | conv w 2x2 -> z | maxpool 2 -> p | tanh -> y | sse t -> C",
)
ORACLE = ("two-convs", "conv-pool-sigmoid-dense", "relu-filter", *LAYERS[-5:])


def source(net):
    backward = net.backward()
    numbers = number_equations(net.program, backward.items)
    told = {key: str(n) for key, n in numbers.items()}
    return GeneratedModule(ModuleSpec(net.program, backward, net.title, (), told), "fast").source


def loaded(text):
    module = ModuleType("fast")
    exec(compile(text, "<fast>", "exec"), module.__dict__)
    return module


def style(text):
    if "Written out number by number" in text:
        return "unrolled"
    return "planned" if "Workspace: TypeAlias" in text else "readable"


def inputs(net, dtype=np.float64, batch=5, seed=0):
    """Arrays by their names in the module, with the delta of the output where it is given."""
    random, backward = np.random.default_rng(seed), net.backward()
    names = module_names(net.program, backward.program).tensors
    given = [t for t in net.program.tensors if net.program.equation(t.key) is None]
    given += [backward.seed] if backward.seed else []
    shapes = {names[t.key]: [int(n) if n.is_Integer else batch for n in t.shape] for t in given}
    found = {k: random.standard_normal(shape).astype(dtype) for k, shape in shapes.items()}
    classes = {names[k]: int(n) for k, n in find_labels(net.program.equations).items()}
    return found | {k: random.integers(n, size=shapes[k]) for k, n in classes.items()}


def called(function, arrays, **more):
    known = {**arrays, **more}
    return function(**{k: known[k] for k in signature(function).parameters if k in known})


def step(module, arrays, **more):
    values = called(module.forward, arrays, **more)
    return values, called(module.backward, arrays, values=values, **more)


def assert_same(found, right, **tolerance):
    for name in right._fields:
        a, b = getattr(found, name), getattr(right, name)
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert_close(a, b, name, **tolerance)


def assert_close(a, b, name, tolerance=1e-9):
    """Equal to rounding, seen against the largest entry."""
    size = max(1, float(np.abs(b).max()))
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * size, err_msg=name)


@pytest.mark.parametrize("text", ["two-convs", "conv-pool-sigmoid-dense", "lenet5", *LAYERS])
def test_a_fast_module_computes_what_the_readable_one_computes(text):
    net = parse_once(text)
    fast, readable = source(net), net.compile().module
    assert style(fast) != "readable"
    for dtype, tolerance in ((np.float64, 1e-9), (np.float32, 1e-4)):
        assert_twins(loaded(fast), readable, inputs(net, dtype), tolerance)


def assert_twins(module, readable, arrays, tolerance):
    """The same values and gradients, with a workspace and without, again and again."""
    values, right = step(readable, arrays)
    for space in ({}, {"workspace": {}}):
        for _ in range(2):
            found, gradients = step(module, arrays, **space)
            assert_same(gradients, right, tolerance=tolerance)
            for name in values._fields:
                if hasattr(found, name):
                    a, b = getattr(found, name), getattr(values, name)
                    assert a.dtype == b.dtype
                    assert_close(a, b, name, tolerance)


@pytest.mark.parametrize("text", ORACLE)
def test_the_oracle_agrees(text):
    net = parse_once(text.replace("20x2x6x5", "12x2x4x3"))
    backward = net.backward()
    module = loaded(source(net))
    names = module_names(net.program, backward.program).tensors
    sizes = pick_sizes(backward.program, seed=3)
    checks = check_module(backward.program, sizes, ModuleUnderTest(vars(module), names, {}))
    assert checks
    assert [c.line for c in checks if not c.passed] == []


def random_layer(seed):
    """A network text with one random convolution, and perhaps a relu and a maximum after it."""
    r = Random(seed)
    batch, channels, filters = r.choice([1, 2, 13, 16]), r.randint(1, 4), r.randint(1, 4)
    kernel = [r.randint(1, 4), r.randint(1, 4)]
    stride, dilation, padding = r.randint(1, 3), r.choice([1, 1, 2]), r.randint(0, 2)
    tile = r.choice([None, (2, 2), (1, 2), (3, 2)])
    reach = [dilation * (k - 1) + 1 for k in kernel]
    image = [max(n, n + stride * r.choice([3, 5]) - 2 * padding) for n in reach]
    text = f"input x {batch}x{channels}x{image[0]}x{image[1]} | conv w {kernel[0]}x{kernel[1]} "
    text += f"channels {filters} stride {stride} padding {padding} dilation {dilation}"
    text += r.choice(["", " flip"]) + r.choice(["", " bias b"]) + " -> z"
    text += r.choice(["", " | relu -> a"])
    places = [(n + 2 * padding - m) // stride + 1 for n, m in zip(image, reach, strict=True)]
    if tile and all(n >= k for n, k in zip(places, tile, strict=True)):
        text += f" | maxpool {tile[0]}x{tile[1]} -> p"
    return text + r.choice(["", " | sse t -> C"])


@pytest.mark.parametrize("seed", slice_of(range(24), 3))
def test_random_layers_agree(seed):
    net = parse_once(random_layer(seed))
    arrays, module = inputs(net), loaded(source(net))
    _, right = step(net.compile().module, arrays)
    _, found = step(module, arrays)
    assert_same(found, right)


@pytest.mark.parametrize("text", ["conv-pool-sigmoid-dense", LAYERS[2], LAYERS[9], LAYERS[11]])
def test_of_equal_entries_the_first_gets_the_gradient(text):
    net = parse_once(text)
    arrays = {k: np.round(a) for k, a in inputs(net).items()}
    arrays["w"] = np.ones_like(arrays["w"])
    _, right = step(net.compile().module, arrays)
    _, found = step(loaded(source(net)), arrays)
    assert_same(found, right)


@pytest.mark.parametrize("text", ["lenet5", LAYERS[3], LAYERS[5], LAYERS[9], LAYERS[11]])
def test_gradients_do_not_live_in_the_workspace(text):
    net = parse_once(text)
    module, space = loaded(source(net)), {}
    first, second = inputs(net), inputs(net, seed=1)
    _, found = step(module, first, workspace=space)
    before = [g.copy() for g in found]
    step(module, second, workspace=space)
    for a, b in zip(found, before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not any(np.shares_memory(g, room) for g in found for room in space.values())


def test_threads_do_not_disturb_each_other():
    net = parse_once("lenet5")
    module = loaded(source(net))
    given = [inputs(net, seed=seed) for seed in range(4)]
    alone = [step(module, arrays)[1] for arrays in given]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda arrays: step(module, arrays)[1], given * 3))
    for found, right in zip(together, alone * 3, strict=True):
        assert_same(found, right, tolerance=1e-12)


def test_the_step_of_an_unrolled_module_is_both_passes():
    net = parse_once("conv-pool-sigmoid-dense")
    module, arrays = loaded(source(net)), inputs(net)
    values, right = step(module, arrays)
    found = called(module.step, arrays)
    assert found.E == values.E
    assert_same(found.gradients, right, tolerance=0)


def test_sizes_that_no_array_shows_are_left_to_the_readable_style():
    assert style(source(parse_once("general-conv-strided"))) == "readable"


def test_an_array_of_another_shape_is_refused():
    for text in ("lenet5", "two-convs"):
        net = parse_once(text)
        arrays = inputs(net)
        arrays[next(iter(arrays))] = np.zeros((2, 2))
        with pytest.raises(ValueError, match="shape"):
            called(loaded(source(net)).forward, arrays)


@pytest.mark.parametrize("line", ["import os", "np.load('x')", "values.__class__", "open('x')"])
def test_the_allow_list_refuses_what_no_module_needs(line):
    text = source(parse_once("lenet5"))
    with pytest.raises(SymconvError, match="not allowed"):
        FAST.audit(f"{text}\n{line}\n")


@pytest.mark.rest
@pytest.mark.long
def test_the_text_does_not_depend_on_the_order_of_hashes():
    """Every run compares what is checked in under a seed of its own; this is under two others."""
    code = (
        "import sys, symconv; sys.path.insert(0, 'tests/codegen'); import test_fast_modules as t; "
        "print([t.source(t.parse_once(n)) for n in ('lenet5', 'conv-pool-sigmoid-dense')])"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_a_pass_is_given_an_array_that_it_needs_for_a_size_alone():
    net = parse_once("input x 2xCx4x4 | concat x -> y")
    program, backward = net.program, net.backward()
    lowering = Lowering({**program.by_key, **backward.program.by_key}, program.sizes)
    spec = ModuleSpec(program, backward, "twice")
    made = PlannedModule(spec, plan_network(program, backward), lowering)
    module = ModuleType("planned")
    text = render_module(made.module('"""Twice."""'), FAST)
    exec(compile(text, "planned", "exec"), vars(module))
    x, delta = np.ones((2, 3, 4, 4)), np.arange(192.0).reshape(2, 6, 4, 4)
    found = module.backward(x=x, delta_y=delta)
    np.testing.assert_array_equal(found.dx, delta[:, :3] + delta[:, 3:])


@pytest.mark.parametrize("layer", ["avgpool 3 padding 1 -> y", "pad 1 -> y", "maxpool 2 padding 1"])
def test_a_batch_is_split_without_any_parameter(layer):
    net = parse_once(f"input x Nx2x6x6 | {layer}")
    assert "def backward" in net.numpy_source("fast")
