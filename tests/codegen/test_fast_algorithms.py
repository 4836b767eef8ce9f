"""An algorithm is one record and one template: its facts agree, and nothing else knows its name."""

import ast
from dataclasses import replace
from inspect import signature
from pathlib import Path
from types import ModuleType

import jinja2
import numpy as np
import pytest

import symconv
from symconv.codegen.fast.algorithms import table
from symconv.codegen.fast.algorithms.base import (
    Algorithm,
    CorrelatedGradient,
    HelperCall,
    HelperCalls,
    apply_always,
)
from symconv.codegen.fast.algorithms.operation_count import OperationCount
from symconv.codegen.fast.algorithms.table import ALGORITHMS, find_algorithm
from symconv.codegen.fast.plan.planner import plan_network
from symconv.codegen.fast.write.helper_calls import SPELLINGS
from symconv.codegen.readable.module import module_names
from symconv.core.equation import class_counts
from symconv.output.templates import render_template, template_environment
from symconv.tune import autotune

HOUSE = Path(symconv.__file__).parent
DENSE = "| relu -> a | maxpool 2 -> p | flatten -> v | dense W 3 -> h | cross_entropy t -> C"
LAYERS = (
    "input x 3x2x9x8 | conv w 3x2 channels 4 padding 1 dilation 2 bias b -> z | sse t -> C",
    "input x 3x2x9x11 | conv w 3x3 channels 4 stride 2 padding 2 -> z | relu -> a | maxpool 5x2",
    f"input x Nx2x8x8 | conv w 3x3 channels 3 flip padding 1 -> z {DENSE}",
    "input x 2x3x5x6 | transposed_conv w 3x3 channels 2 stride 2 -> y",
)

BY_TAP_HELPERS = '''

def planes_of(images: Array, window: Window) -> Array:
    """View images (n, f, i, j) as planes (a, b, n, f, h, w)."""
    (a, b), (n, f, rows, columns) = window.phases, images.shape
    return images.reshape(n, f, rows // a, a, columns // b, b).transpose(3, 5, 0, 1, 2, 4)


def maps_of(planes: Array) -> Array:
    """Write planes as images, one row a map."""
    a, b, n, f, rows, columns = planes.shape
    return planes.transpose(2, 3, 4, 0, 5, 1).reshape(n, f, rows * a * columns * b)


def seen_by_tap(image: Array, window: Window, m: int, n: int) -> Array:
    """View what one tap sees of an image in its margin."""
    (s, t), (d, e), (rows, columns) = window.stride, window.dilation, window.places
    down, right = s * (rows - 1) + 1, t * (columns - 1) + 1
    return image[:, :, d * m : d * m + down : s, e * n : e * n + right : t]


def correlate_by_tap(
    patches: Array, kernel: Array, window: Window, workspace: Workspace | None, name: str
) -> Array:
    """Add one product of matrices for every tap."""
    (k, l), (rows, columns) = window.taps, window.places
    made = get_buffer(workspace, name, (len(patches), len(kernel), rows, columns), patches)
    made[...] = 0
    for m in range(k):
        for n in range(l):
            seen = seen_by_tap(patches, window, m, n)
            flat = seen.reshape(*seen.shape[:2], rows * columns)
            made += np.matmul(kernel[:, :, m, n], flat).reshape(made.shape)
    return planes_of(made, window)


def kernel_gradient_by_tap(delta: Array, patches: Array, window: Window) -> Array:
    """Multiply delta by what every tap sees."""
    flat = maps_of(delta)
    made = np.zeros((flat.shape[1], patches.shape[1], *window.taps), delta.dtype)
    for m in range(window.taps[0]):
        for n in range(window.taps[1]):
            seen = seen_by_tap(patches, window, m, n)
            columns = seen.reshape(*seen.shape[:2], flat.shape[2])
            made[:, :, m, n] = np.matmul(flat, columns.swapaxes(1, 2)).sum(axis=0)
    return made


def image_gradient_by_tap(delta: Array, kernel: Array, shape: Shape, window: Window) -> Array:
    """Add every tap times delta to what it sees."""
    flat, (p, q), (d, e) = maps_of(delta), window.padding, window.dilation
    (s, t), (k, l), (rows, columns) = window.stride, window.taps, window.places
    height = max(shape[0] + p, s * (rows - 1) + d * (k - 1) + 1)
    width = max(shape[1] + q, t * (columns - 1) + e * (l - 1) + 1)
    made = np.zeros((len(flat), kernel.shape[1], height, width), delta.dtype)
    for m in range(k):
        for n in range(l):
            there = seen_by_tap(made, window, m, n)
            there += np.matmul(kernel[:, :, m, n].T, flat).reshape(there.shape)
    return made[:, :, p : p + shape[0], q : q + shape[1]]
'''


def count_calls(calls):
    """So many calls, whatever the sizes: the cost model takes it where they are few."""
    found = dict.fromkeys(("places", "kernel", "image"), OperationCount(calls=calls))
    return lambda _: found


BY_TAP = Algorithm(
    name="by_tap",
    synonyms=("kn2row",),
    why="multiplies once for every tap",
    applies=apply_always,
    work=count_calls(1),
    calls=HelperCalls(
        copy_image=HelperCall("pad_image", ("image", "window", "workspace", "name"), "patches"),
        correlate=HelperCall(
            "correlate_by_tap", ("patches", "kernel", "window", "result_workspace", "name")
        ),
        kernel_gradient=HelperCall("kernel_gradient_by_tap", ("delta", "patches", "window")),
        image_gradient=HelperCall(
            "image_gradient_by_tap", ("delta", "kernel", "image_shape", "window")
        ),
    ),
    template="by_tap",
)


@pytest.fixture(params=[1])
def by_tap(monkeypatch, request):
    """One more algorithm: its record, its template, its place in the table."""
    added = replace(BY_TAP, work=count_calls(request.param))
    monkeypatch.setattr(table, "ALGORITHMS", (*ALGORITHMS, added))
    templates = template_environment("numpy_fast")
    more = jinja2.DictLoader({"by_tap.py.j2": BY_TAP_HELPERS})
    monkeypatch.setattr(templates, "loader", jinja2.ChoiceLoader([more, templates.loader]))
    return added


def compiled(text):
    """The functions of a module."""
    made = ModuleType("module")
    exec(compile(text, "<module>", "exec"), vars(made))
    return made


def gradients(made, given):
    """Both passes of a module, by the names of its parameters."""
    passed = {n: given[n] for n in signature(made.forward).parameters if n in given}
    known = given | {"values": made.forward(**passed)}
    names = [n for n in signature(made.backward).parameters if n in known]
    return made.backward(**{n: known[n] for n in names})


@pytest.mark.parametrize("text", LAYERS)
def test_one_record_and_one_template_are_a_new_algorithm(by_tap, text):
    """It is chosen, written, explained, audited, and computes what the readable module does."""
    net = symconv.Network.parse(text)
    backward, random = net.backward(), np.random.default_rng(0)
    choices = plan_network(net.program, backward).choices
    forms = dict.fromkeys(choices, "kn2row")
    assert {c.algorithm for c in plan_network(net.program, backward).choices.values()} == {by_tap}
    source = net.numpy_source("fast", forms=forms)
    assert "correlate_by_tap" in source or "image_gradient_by_tap" in source
    assert "by_tap: it was asked for" in net.plan("fast", forms=forms)
    assert by_tap.why in net.plan("fast")
    names = module_names(net.program, backward.program).tensors
    tensors = [t for t in net.program.tensors if net.program.equation(t.key) is None]
    tensors += [backward.seed] if backward.seed else []
    labels = class_counts(backward.program.equations)
    given = {}
    for t in tensors:
        shape = [int(n) if n.is_Integer else 5 for n in t.shape]
        drawn = random.integers(3, size=shape) if t.key in labels else random.normal(size=shape)
        given[names[t.key]] = drawn
    right = gradients(compiled(net.numpy_source()), given)
    space = {}
    for workspace in (None, space, space):
        found = gradients(compiled(source), given | {"workspace": workspace})
        for a, b in zip(found, right, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-9)


@pytest.mark.parametrize("by_tap", [1_000_000], indirect=True)
def test_a_new_algorithm_is_tried_by_tuning(by_tap):
    net, tried = symconv.Network.parse(LAYERS[0]), []
    assert by_tap not in {
        c.algorithm for c in plan_network(net.program, net.backward()).choices.values()
    }
    autotune(net, tried.append)
    assert any("by_tap" in line and " ms, so far " in line for line in tried)


def helpers_of(algorithm):
    """The functions that the templates of an algorithm define, by name."""
    names = ("common", *algorithm.needs, algorithm.template)
    values = {"block": 1, **algorithm.values}
    texts = [render_template("numpy_fast", f"{name}.py.j2", **values) for name in names]
    found = [n for t in texts for n in ast.parse(t).body if isinstance(n, ast.FunctionDef)]
    return {f.name: f for f in found}


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.name)
def test_every_call_fits_a_helper_of_the_template(algorithm):
    calls, helpers = vars(algorithm.calls), helpers_of(algorithm)
    for kind, call in calls.items():
        if isinstance(call, HelperCall):
            assert set(call.arguments) <= SPELLINGS.keys()
            assert ("patches" in call.arguments) <= (algorithm.calls.copy_image is not None)
            assert ("table" in call.arguments) <= (algorithm.table is not None)
            assert ("constant" in call.arguments) <= (algorithm.constant is not None)
            arguments = helpers[call.function].args
            given = len(arguments.args) + len(arguments.kwonlyargs)
            assert given == len(call.arguments), (kind, call.function)
        elif isinstance(call, CorrelatedGradient):
            assert call.images in helpers
    assert algorithm.table is None or algorithm.table.function in helpers


def test_names_are_those_of_one_algorithm_and_the_field_has_its_own():
    words = [w for a in ALGORITHMS for w in (a.name, *a.synonyms)]
    assert len(words) == len(set(words))
    for typed, name in (
        ("im2col", "columns"),
        ("gather", "gathered"),
        ("toeplitz", "matrix"),
        ("shifted_gemm", "folded"),
        ("batch_last", "batch_last"),
        ("winograd_f2", "winograd2"),
        ("winograd_f4", "winograd4"),
    ):
        assert find_algorithm(typed).name == name


def test_a_synonym_asks_for_the_same_module():
    net = symconv.Network.parse(LAYERS[0])
    typed, printed = ({"z": form} for form in ("im2col", "columns"))
    assert net.numpy_source("fast", forms=typed) == net.numpy_source("fast", forms=printed)


def test_no_file_but_its_own_names_an_algorithm():
    """Neither a comparison nor a table: no text in the house is the name of an algorithm."""
    words = {w for a in ALGORITHMS for w in (a.name, *a.synonyms, a.template, a.tiles)}
    calls = [c for a in ALGORITHMS for c in vars(a.calls).values() if isinstance(c, HelperCall)]
    helpers = {c.function for c in calls}
    files = [p for room in ("codegen", "cli") for p in (HOUSE / room).rglob("*.py")]
    files += [HOUSE / "api.py", HOUSE / "tune.py"]
    found = []
    for path in files:
        if path.parent.name == "algorithms":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                known = node.value in words or any(h in node.value for h in helpers)
                found += [(path.name, node.value)] if known and node.value else []
    assert not found
