"""A generated module is a record: what is known of it was noted by its writers, not read back."""

import ast
from collections import Counter
from functools import cache

import pytest

from symconv.api import Network
from symconv.codegen.fast.algorithms.table import find_algorithm
from symconv.codegen.python import render_module
from symconv.codegen.python.allowlist import AllowList
from symconv.codegen.python.helpers import count_function

CONV = "conv w 3x3 channels 4 padding 1 bias b -> z"
STAGE = f"{CONV} | relu -> a | maxpool 2 -> p"
LABELS = "dense W 3 bias c -> h | cross_entropy t labels -> C"
CASES = {
    "readable": ("readable", f"input x NxcxHxW | {CONV} | sigmoid -> s | sse t -> C", {}),
    "readable without a cost": ("readable", "input x HxW | conv w k1xk2 stride s -> z", {}),
    "loops": ("loops", f"input x Nxcx8x8 | {CONV} | maxpool 3 stride 2 padding 1 -> p", {}),
    "loops with labels": ("loops", f"input x 4 batch N | {LABELS}", {}),
    "planned": ("fast", f"input x 5x3x8x8 | {STAGE} | flatten -> v | {LABELS}", {}),
    "threads": ("fast", f"input x Nx3x8x8 | {STAGE} | conv u 1x1 -> y | half_sse t -> C", {}),
    "threads without a cost": ("fast", f"input x Nx3x8x8 | {STAGE}", {}),
    "threads with a mean": ("fast", f"input x Nx3x8x8 | {STAGE} | mse t -> C", {}),
    "tiles": ("fast", f"input x 2x3x8x8 | {CONV}", {"forms": {"z": "winograd4"}}),
    "margins": ("fast", "input x 2x4x6x6 | conv w 3x3 channels 8 groups 2 padding 2 -> z", {}),
    "as it stands": ("fast", "input x NxcxHxW | avgpool 2 stride s -> q | sse t -> C", {}),
    "unrolled": ("fast", "input x 4x4 | conv w 2x2 bias b -> z | relu -> a | sse t -> C", {}),
    "unrolled sigmoid": (
        "fast",
        "input x 5x5 | conv w 2x2 -> z | maxpool 2 -> p | sigmoid -> a",
        {},
    ),
}
FORMS = ("batch_last", "folded", "columns", "gathered", "matrix")
CASES |= {
    form: ("fast", f"input x 5x3x8x8 | {CONV} | tanh -> a | sse t -> C", {"forms": {"z": form}})
    for form in FORMS
}


def generate(case):
    style, text, overrides = CASES[case]
    return Network.parse(text).generate(style, **overrides)


generate_once = cache(generate)


@pytest.mark.parametrize("case", CASES)
def test_nobody_reads_the_text_back(monkeypatch, case):
    right = generate_once(case)
    assert "def backward" in right.source
    monkeypatch.setattr(render_module, "render_template", lambda *_, **__: "")
    blank = generate(case)
    assert blank.source == ""
    assert blank.module == right.module
    assert blank.tests("stem") == right.tests("stem")
    assert [f.signature for f in blank.module.functions] == [
        f.signature for f in right.module.functions
    ]
    assert blank.module.function("step") == right.module.function("step")
    assert [h.text for h in blank.module.helpers] == [h.text for h in right.module.helpers]


def test_the_cases_have_what_they_are_called_after():
    steps = {case for case in CASES if generate_once(case).module.function("step")}
    assert {c for c in CASES if c.startswith("threads")} | {"unrolled"} == steps
    helpers = {case: [h.name for h in generate_once(case).module.helpers] for case in CASES}
    assert all(find_algorithm(form).template in helpers[form] for form in FORMS)
    assert "winograd" in helpers["tiles"]
    assert "zero_pad" in helpers["margins"]
    assert helpers["unrolled"][:2] == ["as_floats", "check_shape"]
    assert not generate_once("as it stands").module.takes("workspace")


@pytest.mark.parametrize("case", CASES)
def test_what_writers_noted_of_a_function_is_true(case):
    generated = generate_once(case)
    tree = ast.parse(generated.source)
    written = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    module = generated.module
    properties = [f for c in module.classes for f in c.properties]
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    top = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    known = imported | top
    for function in (*module.functions, *properties):
        node = written[function.name]
        calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
        called = {f.id for f in calls if isinstance(f, ast.Name)} & known
        assert function.calls & known == called, function.name
        assert function.metrics == count_function(node), function.name


@pytest.mark.parametrize("case", CASES)
def test_a_module_brings_what_it_calls_and_no_other_helper(case):
    module = generate_once(case).module
    called = {name for f in module.functions for name in f.calls}
    called |= {name for h in module.helpers for name in h.calls}
    owners = {name: h.name for h in module.helpers for name in h.defines}
    used = {owners[name] for name in called & set(owners)}
    assert {h.name for h in module.helpers} - used <= {"common", "check_shape"}


COUNTED = {
    "plan": "symconv.codegen.fast.strategy.plan_network",
    "margins or planned": "symconv.lower.lowering.lower_equations",
    "readable": "symconv.codegen.readable.module.lower_equations",
    "print": "symconv.codegen.python.render_module.render_template",
}
WORK = {
    "readable": {"readable": 2},
    "loops": {"readable": 2},
    "planned": {"plan": 1, "margins or planned": 3},
    "threads": {"plan": 1, "margins or planned": 3},
    "margins": {"plan": 1, "margins or planned": 3},
    "as it stands": {"readable": 2},
    "unrolled": {},
}
"""How often a module is planned and lowered.

The readable style lowers each pass once; loops take the parameters of the readable functions. A
plan lowers each run of equations that it has no step for, and where a plan has no step at all both
passes are lowered to look for margins, which the writer then finds lowered. What is predicted is
lowered once more where a network has a cost and parameters.
"""


@pytest.mark.parametrize("case", WORK)
def test_a_network_is_planned_lowered_printed_and_audited_once(monkeypatch, case):
    generate_once(case).source  # noqa: B018 - templates of helper functions are read once, before
    counts = Counter()

    def counting(name, function):
        def wrapper(*arguments, **options):
            counts[name] += 1
            return function(*arguments, **options)

        return wrapper

    for name, path in COUNTED.items():
        module, _, attribute = path.rpartition(".")
        function = getattr(__import__(module, fromlist=[attribute]), attribute)
        monkeypatch.setattr(path, counting(name, function))
    monkeypatch.setattr(AllowList, "audit", counting("audit", AllowList.audit))
    monkeypatch.setattr(ast, "parse", counting("parse", ast.parse))
    style, text, overrides = CASES[case]
    net = Network.parse(text)
    files = net.files(style, **overrides)
    expected = {**WORK[case], "print": 1, "audit": 1, "parse": 1}
    assert counts == expected
    assert net.files(style, **overrides) == files
    net.plan(style, **overrides)
    compiled = net.compile(style, **overrides)
    assert counts == expected
    assert compiled.module.forward
    assert counts == {**expected, "audit": 2, "parse": 2}, "a text is held to the list when it runs"
