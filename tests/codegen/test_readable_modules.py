"""The text of an emitted module: names, layout, types, and nothing that is not allowed."""

import ast
import inspect
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from paths import DATA, ROOT
from sympy import Sum

from symconv.api import Network
from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import readable_module
from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.nodes import relu
from symconv.core.tensor import Name, Tensor, index, size
from symconv.network.examples import EXAMPLES

DEEP = "input x Nx1x40x40" + "".join(
    f" | conv w 3x3 channels {n} stride 1 bias b -> z | relu -> a" for n in range(2, 10)
)
LONG = (
    "input signal NxCxHxW | conv filterbank k1xk2 channels F stride s padding p dilation d "
    "bias offsetvector -> response | tanh -> squashed"
)


@cache
def text_of(source, notation="ij0", **options):
    network = Network.parse(source, notation)
    backward = network.backward()
    keys = [e.key for e in backward.program.equations]
    return render_module(
        readable_module(
            network.program,
            backward.program,
            returned=backward.results,
            seed=backward.seed,
            title=options.pop("title", "a network"),
            numbers={k: str(x + 1) for x, k in enumerate(keys)},
            **options,
        ),
        READABLE,
    )


SOURCES = {e.name: (e.text, e.notation) for e in EXAMPLES} | {
    "deep": (DEEP, "ij0"),
    "long": (LONG, "ij0"),
    "overlapping-pool": ("input x 2x3x9x8 | maxpool 3 stride 2 padding 1 -> y", "ij0"),
    "average": ("input x NxCx9x8 | avgpool 3 stride 2 padding 1 -> y", "ij0"),
    "labels": ("input x 5 batch N | dense w 4 bias b | cross_entropy t labels -> C", "ij0"),
    "normalised": ("input x Nx4xHxW | groupnorm weight g bias b groups 2 | softmax -> p", "ij0"),
    "grouped": ("input x NxCxHxW | conv w 3x3 channels F bias b | gelu -> a | l1 t -> E", "ij0"),
    "blocks": ("input x Nx8xHxW | conv w 3x3 channels 8 groups 4 stride 2 bias b -> y", "ij0"),
    "attention": ("input x NxTxD | log_softmax -> p | matmul x transposed -> y", "ij0"),
    "reducers": ("input x HxW | y[i] = x[i,0] * logsumexp(k<3) x[i,k] for i<H", "ij0"),
    "transposed": (
        "input x NxCxHxW | transposed_conv w k1xk2 channels F stride s padding p bias b -> z",
        "ij0",
    ),
    "fork-free-pointwise": ("input x HxW | tanh -> y | sigmoid -> z | mse t -> C", "ij0"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every text as a file, beside the project's own settings."""
    place = tmp_path_factory.mktemp("modules")
    (place / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for name, (source, notation) in SOURCES.items():
        (place / f"{name.replace('-', '_')}.py").write_text(text_of(source, notation), "utf-8")
    return place


def tool(folder, *command):
    files = sorted(p.name for p in folder.glob("*.py"))
    return subprocess.run(
        [sys.executable, "-m", *command, *files], cwd=folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "--no-cache"), ("ruff", "format", "--check", "--diff", "--no-cache")],
)
def test_modules_pass_the_linter_and_the_formatter(folder, command):
    pytest.importorskip("ruff")
    done = tool(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_pass_the_strict_type_checker(folder):
    pytest.importorskip("mypy")
    done = tool(folder, "mypy", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_does_find_faults(folder):
    pytest.importorskip("ruff")
    text = text_of("input x HxW | conv w k1xk2 -> z").replace("import numpy as np", "import numpy")
    (folder / "sub").mkdir()
    (folder / "sub" / "pyproject.toml").write_text((folder / "pyproject.toml").read_text("utf-8"))
    (folder / "sub" / "faulty.py").write_text(text, "utf-8")
    assert tool(folder / "sub", "ruff", "check", "--no-cache").returncode == 1


@pytest.mark.rest
@pytest.mark.long
def test_the_text_does_not_depend_on_the_hash_seed():
    """Every run compares what is checked in under a seed of its own; this is under two others."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import importlib.util as u\n"
        "s = u.spec_from_file_location('t', sys.argv[3] + '/test_readable_modules.py')\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "print(m.text_of(*m.SOURCES['overlapping-pool']) + m.text_of(*m.SOURCES['long']))\n"
    )
    found = set()
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, (ROOT, DATA, Path(__file__).parent))],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.add(done.stdout)
    assert len(found) == 1


def test_every_equation_is_numbered_once_where_it_is_finished():
    for source, notation in SOURCES.values():
        text = text_of(source, notation)
        network = Network.parse(source, notation)
        equations = network.backward().program.equations
        comments = [
            line.rsplit("  # (", 1)[1][:-1] for line in text.splitlines() if "  # (" in line
        ]
        assert comments == [str(x + 1) for x in range(len(equations))]


AWKWARD = ["i", "n", "H", "m", "np", "values", "lambda", "index", "sum", "Forward", "dx", "print"]


@pytest.mark.parametrize("name", AWKWARD)
def test_any_tensor_name_works(name):
    """A convolution whose input has the name of an index, a size, a keyword or a builtin."""
    i, j, m, n = map(index, "ijmn")
    i_, j_, m_, n_ = (index(f"{x}'") for x in "ijmn")
    h, w, k1, k2, s = map(size, ("H", "W", "k1", "k2", "s"))
    ho, wo = size("H_o"), size("W_o")
    x = Tensor(Name(name), (h, w), "input")
    k = Tensor(Name("x" if name == "dx" else "w"), (k1, k2), "parameter")
    z = Tensor(Name("z"), (ho, wo), "value")
    dz = Tensor(Name("z", None, "delta"), z.shape, "delta")
    dx = Tensor(Name(name, None, "gradient"), x.shape, "gradient")
    dk = Tensor(Name(k.name.letter, None, "gradient"), k.shape, "gradient")
    forward = Equation(
        z[i, j],
        relu(Sum(k[m, n] * x[s * i + m, s * j + n], (m, 0, k1 - 1), (n, 0, k2 - 1))),
        ((i, ho), (j, wo)),
    )
    to_x = Equation(
        dx[i_, j_],
        Sum(dz[(i_ - m) / s, (j_ - n) / s] * k[m, n], (m, 0, k1 - 1), (n, 0, k2 - 1)),
        ((i_, h), (j_, w)),
    )
    to_k = Equation(
        dk[m_, n_],
        Sum(dz[i, j] * x[s * i + m_, s * j + n_], (i, 0, ho - 1), (j, 0, wo - 1)),
        ((m_, k1), (n_, k2)),
    )
    whole = Program((x, k, z, dz, dx, dk), (forward, to_x, to_k), "z")
    text = render_module(
        readable_module(
            Program((x, k, z), (forward,), "z"), whole, returned=(dx, dk), seed=dz, title="Names"
        ),
        READABLE,
    )
    space = {"__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), space)
    rng = np.random.default_rng(0)
    image, kernel, seed = rng.normal(size=(7, 6)), rng.normal(size=(3, 2)), rng.normal(size=(3, 3))
    arrays = [p for p in inspect.signature(space["forward"]).parameters.values() if p.kind == 1]
    assert len(arrays) == 2
    told = inspect.signature(space["forward"]).parameters
    sizes = {"s": 2, "H_o": 3, "W_o": 3}
    options = {p: sizes[p] for p in told if p in sizes}
    out = space["forward"](image, kernel, **options)[0]
    wanted = [
        [(image[2 * a : 2 * a + 3, 2 * b : 2 * b + 2] * kernel).sum() for b in range(3)]
        for a in range(3)
    ]
    np.testing.assert_allclose(out, np.maximum(wanted, 0))
    order = [p for p in inspect.signature(space["backward"]).parameters.values() if p.kind == 1]
    options = {p: sizes[p] for p in inspect.signature(space["backward"]).parameters if p in sizes}
    found = space["backward"](*[image, kernel, seed][: len(order)], **options)
    wanted = np.zeros_like(image)
    for a in range(3):
        for b in range(3):
            wanted[2 * a : 2 * a + 3, 2 * b : 2 * b + 2] += seed[a, b] * kernel
    np.testing.assert_allclose(found[0], wanted)


def test_only_what_is_used_is_there():
    text = text_of("input x HxW | tanh -> y")
    for absent in ("sliding_window_view", "check_shape", "sigmoid", "Mask", "Number", "noqa"):
        assert absent not in text.split("def backward")[0]


def test_hostile_titles_stay_text():
    title = 'end"""\nimport os\nos.system("true")  # \\'
    text = text_of("input x HxW | tanh -> y", title=title, notes=('"""', "\\x41\0"))
    tree = ast.parse(text)
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert {n.names[0].name for n in imports} == {"Any", "numpy", "NDArray"}


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "from numpy import load",
        "x = __import__('os')",
        "x = eval('1')",
        "x = open('f')",
        "x = np.load('f', allow_pickle=True)",
        "x = np.ctypeslib",
        "x = ().__class__",
        "x = (lambda: 1)()",
        "x = [i for i in range(3)]",
        "@np.where\ndef f():\n    return 1",
        "while True:\n    pass",
        "try:\n    x = 1\nexcept ValueError:\n    x = 2",
        "global x",
        "with np.exp as x:\n    x = 1",
        "x = np.exp.__self__",
        "x = b'1'",
    ],
)
def test_the_audit_refuses(line):
    text = text_of("input x HxW | tanh -> y")
    assert READABLE.audit(text) == text
    with pytest.raises(SymconvError, match="not allowed"):
        READABLE.audit(f"{text}\n\n{line}\n")


def test_what_a_function_computes_is_not_multiplied_out():
    net = Network.parse("input x NxD | y[n,d] = x[n,d]*sigmoid(beta[1]*x[n,d]) | sse t -> C")
    source = net.numpy_source()
    assert source.count("(1 - x_sigmoid) * x_sigmoid") == 2
    assert source.count("sigmoid(x") == 4  # its definition, each pass, and the prediction
