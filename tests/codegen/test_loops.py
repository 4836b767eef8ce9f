"""The loops style: every layer against the oracle, with the functions of its readable twin."""

import ast
import inspect
import runpy
import subprocess
import sys

import pytest
from grids import slice_of
from kept_networks import parse_once
from paths import ROOT

from symconv.api import Network
from symconv.codegen import styles
from symconv.codegen.python.allowlist import LOOPS
from symconv.core.errors import SymconvError
from symconv.docs.layer_pages import typical_text
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES
from symconv.semantics.sizes import pick_sizes
from symconv.verify.generated_module import ModuleUnderTest
from symconv.verify.module_checks import check_module

EXTRA = (
    "input x 2x3x7x8 | maxpool 2x3 dilation 2x1 stride 3x2 padding 1x0 ceil",
    "input x 2x3x7x8 | avgpool 3 stride 2 padding 1 exclude_padding",
    "input x 7x8 | avgpool 1x2 stride 3x2 padding 0x1 exclude_padding",
    "input x Nx4xHxW | groupnorm weight g bias b groups 2 | softmax -> p",
    "input x NxCxHxW | transposed_conv w k1xk2 channels F stride s padding p dilation d bias b",
    "input x Nx5x2x3 | cross_entropy t labels reduction sum",
    "input x 2x4x6x6 | conv w 3x3 channels 8 groups 4 padding 1 stride 2 flip",
    "input x 6 | y[i] = logsumexp(m<3, n<2) x[i + n] for i<5",
    "input x 6x5 | y[i,j] = max(k<5) (x[i,k] + w[k,j]) for j<2",
    "input x Nx2x3x4 | tanh -> a | matmul x transposed -> y | softmax -> p | matmul x -> y",
)
SMALL = [e.text for e in EXAMPLES if e.name != "lenet5"]
TEXTS = [*SMALL, *(typical_text(catalogue()[k]) for k in sorted(catalogue())), *EXTRA]


@pytest.mark.parametrize("text", slice_of(TEXTS, 6))
def test_loops_are_what_the_equations_say(text):
    network = parse_once(text)
    program, names = network.backward().program, network._module_names
    sizes = pick_sizes(program, seed=3)
    options = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
    twins = [network.compile(style).module for style in ("loops", "readable")]
    for function in ("forward", "backward"):
        parameters = [list(inspect.signature(getattr(m, function)).parameters) for m in twins]
        assert parameters[0] == parameters[1]
    checks = check_module(program, sizes, ModuleUnderTest(vars(twins[0]), names.tensors, options))
    assert [c.line for c in checks if not c.passed] == []


def test_a_statement_reads_as_its_equation():
    text = Network.example("general-conv-strided").numpy_source("loops")
    assert "            x_i = s * i + d * m - p\n" in text
    assert "                z[b, f, i, j] += w[f, c, m, n] * x[b, c, x_i, x_j]\n" in text
    assert "            delta_z_i, rest = divmod(i + p - d * m, s)\n" in text
    assert "np.einsum" not in text


def test_an_entry_that_is_there_for_sure_is_read_without_a_question():
    text = Network.example("general-conv").numpy_source("loops")
    forward = text[text.index("def forward") : text.index("def backward")]
    assert "if " not in forward
    assert "z[i, j] += w[m, n] * x[i + m, j + n]" in forward


@pytest.mark.parametrize("name", [e.name for e in EXAMPLES])
def test_every_equation_has_its_number(name):
    network = Network.example(name)
    # What is predicted is computed by some of them once more.
    text = network.numpy_source("loops").partition("class Parameter(")[0]
    numbers = [int(line.strip(" #()")) for line in comments(text)]
    assert numbers == list(range(1, len(network.backward().program.equations) + 1))


def comments(text):
    return [line for line in text.splitlines() if line.startswith("    # (")]


@pytest.mark.rest
def test_the_modules_pass_linter_formatter_and_type_checker(tmp_path):
    pytest.importorskip("ruff")
    pytest.importorskip("mypy")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for k, text in enumerate(TEXTS):
        module = parse_once(text).numpy_source("loops")
        (tmp_path / f"module{k}.py").write_text(module, "utf-8")
    files = sorted(p.name for p in tmp_path.glob("*.py"))
    for tool in (
        ("ruff", "check", "--no-cache"),
        ("ruff", "format", "--check", "--no-cache"),
        ("mypy", "--strict"),
    ):
        command = [sys.executable, "-m", *tool, *files]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    ["import os", "x = np.load('f')", "x = values.__class__", "x = open('f')", "x = [].append",
     "x = (lambda: 1)()", "x = [i for i in range(3)]", "while True:\n    pass",
     "x = np.einsum(1)"],
)  # fmt: skip
def test_the_allow_list_refuses_what_no_loop_needs(line):
    text = Network.example("two-convs").numpy_source("loops")
    assert LOOPS.audit(text) == text
    with pytest.raises(SymconvError, match="not allowed"):
        LOOPS.audit(f"{text}\n{line}\n")


def test_a_wrong_loop_is_noticed():
    network = Network.example("general-conv")
    text = network.numpy_source("loops")
    assert "delta_z_i = i - m" in text
    space: dict = {}
    exec(compile(text.replace("delta_z_i = i - m", "delta_z_i = i + m"), "<wrong>", "exec"), space)
    program, names = network.backward().program, network._module_names
    sizes = pick_sizes(program, seed=3)
    checks = check_module(program, sizes, ModuleUnderTest(space, names.tensors, {}))
    assert not all(c.passed for c in checks)


def test_names_of_loops_do_not_hide_names_of_the_module():
    network = parse_once("input i 5x5 | conv total 2x2 bias largest -> np | sse rest -> C")
    text = network.numpy_source("loops")
    loops = {
        n.id
        for f in ast.walk(ast.parse(text))
        if isinstance(f, ast.For)
        for n in ast.walk(f.target)
        if isinstance(n, ast.Name)
    }
    assert not loops & {"i", "total", "largest", "rest", "np"}
    program, names = network.backward().program, network._module_names
    module = ModuleUnderTest(vars(network.compile("loops").module), names.tensors, {})
    checks = check_module(program, pick_sizes(program, seed=3), module)
    assert all(c.passed for c in checks)


@pytest.mark.parametrize(
    "text",
    [
        "input x HxW | conv w k1xk2 padding p stride s -> z | sse t",
        "input x HxW | conv w k1xk2 padding p -> z | maxpool 2 stride 1 -> q | sse t",
        "input x H | y[i] = sum(m<k) w[m]*x[i+m-p]*sum(n<k) w[n]*x[i+n-p] for i<H | sse t",
    ],
)
def test_what_a_branch_has_asked_is_not_asked_again_inside(text):
    asked = []

    def visit(node, known):
        if isinstance(node, ast.If | ast.IfExp):
            parts = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
            found = {ast.unparse(part) for part in parts}
            asked.append(found & known)
            known = known | found
        for child in ast.iter_child_nodes(node):
            visit(child, known)

    source = ast.parse(parse_once(text).numpy_source("loops"))
    functions = {f.name: f for f in source.body if isinstance(f, ast.FunctionDef)}
    for name in ("forward", "backward"):
        visit(functions[name], set())
    assert len(asked) >= 3
    assert not any(asked)


def test_a_stored_number_that_is_read_is_no_argument_left_unread():
    network = parse_once("input x NxC | E = sum(b<N, i<C) x[b,i]^2 | D = exp(E)")
    source = network.numpy_source("loops")
    assert "= values.D" in source
    assert "ARG001" not in source


@pytest.mark.parametrize(
    ("length", "asked"), [(5, "rest == 0"), (7, "rest == 0 and delta_y_i < 3")]
)
def test_a_quotient_that_the_sizes_bound_is_not_asked_for(length, asked):
    """x[2i] with i < 3: of five places none has a quotient beyond 2, of seven the last one has."""
    text = f"input x {length} | y[i] = w[0]*x[2*i] for i<3 | sse t -> C"
    assert f"if {asked}:" in parse_once(text).numpy_source("loops")


def test_the_gradients_of_much_work_are_tested_along_one_direction(tmp_path, monkeypatch):
    """The test that is written passes, and notices a gradient that is a tenth too large."""
    monkeypatch.setattr(styles, "LOOPS", 0)
    generated = Network.parse("input x 2x5 | dense w 3 bias b -> z | tanh -> a | sse t").generate(
        "loops"
    )
    (tmp_path / "made.py").write_text(generated.source, "utf-8")
    (tmp_path / "test_made.py").write_text(generated.tests("made"), "utf-8")
    assert "ENTRIES" not in generated.tests("made")
    test = runpy.run_path(str(tmp_path / "test_made.py"))[
        "test_backward_is_the_derivative_of_forward"
    ]
    test()
    module = test.__globals__["MODULE"]
    backward = module["backward"]

    def larger(x, w, t, values):
        found = backward(x, w, t, values)
        return found._replace(dw=1.1 * found.dw)

    assert (
        inspect.signature(larger).parameters.keys() == inspect.signature(backward).parameters.keys()
    )
    module["backward"] = larger
    with pytest.raises(AssertionError):
        test()
