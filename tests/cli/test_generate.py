"""`symconv generate --style`: modules whose own tests pass, plans in words, fixed sizes."""

import subprocess
import sys

import numpy as np
import pytest
from command import symconv
from grids import slice_of
from paths import ROOT
from typer.testing import CliRunner

from symconv.api import Network
from symconv.cli import app
from symconv.core.errors import SymconvError
from symconv.output.files import write_files
from symconv.tune import autotune

STYLES = ("loops", "readable", "fast")
LENET = (
    "input x 3x1x8x8 | conv w 3x3 channels 2 padding 1 bias b -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 4 bias c -> h | relu -> r | dense W 3 bias c -> h | half_sse t -> C"
)
BATCH = "input x 20x2x6x5 | conv w 3x2 channels 3 stride 2 padding 1 bias b -> z | sse t -> C"
NETWORKS = ("two-convs", "conv-pool-sigmoid-dense", "general-conv-strided", LENET, BATCH)


def code(network, style):
    """The module and its tests, as the command writes them."""
    net = Network.parse(network) if "|" in network else Network.example(network)
    stem = net.title.replace("-", "_")
    generated = net.generate(style)
    return {f"{stem}.py": generated.source, f"test_{stem}.py": generated.tests(stem)}


def test_the_chunk_of_an_open_batch_is_chosen(tmp_path):
    text = "input x Nx3 | dense w 2 -> h | sse t -> C"
    options = ("generate", text, "--style", "c", "-o", str(tmp_path), "--force", "--chunk")
    assert symconv(*options, "13").returncode == 0
    assert "13" in (tmp_path / "network.c").read_text(encoding="utf-8")
    assert "error: a chunk of 0 samples computes nothing" in symconv(*options, "0").stderr


def own_tests(*folders):
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    where = map(str, folders)
    return subprocess.run(
        [*command, "--import-mode=importlib", *where], capture_output=True, text=True, check=False,
        cwd=folders[0],
    )  # fmt: skip


@pytest.mark.parametrize("style", slice_of(STYLES, 2))
def test_the_tests_of_every_style_pass(tmp_path, style):
    folders = [tmp_path / str(k) for k in range(len(NETWORKS))]
    done = symconv("generate", NETWORKS[0], "--style", style, "-o", str(folders[0]))
    assert done.returncode == 0, done.stderr
    assert len(list(folders[0].iterdir())) == 4
    for network, folder in zip(NETWORKS[1:], folders[1:], strict=True):
        write_files(folder, code(network, style), force=False)
    done = own_tests(*folders)
    assert done.returncode == 0, done.stdout
    assert f"{2 * len(NETWORKS) + (5 if style == 'fast' else 0) - (style == 'fast')} passed" in (
        done.stdout
    )


FAULTS = {
    "loops": (LENET, "dc2[q] += delta_h2[e, q]", "dc2[q] -= delta_h2[e, q]"),
    "readable": (LENET, "delta_h1.sum(axis=0)", "-delta_h1.sum(axis=0)"),
    "fast": (BATCH, "delta_z = 2 * (values.z - t)", "delta_z = 3 * (values.z - t)"),
}


@pytest.mark.parametrize("style", STYLES)
def test_an_edited_module_of_every_style_is_noticed(tmp_path, style):
    network, old, new = FAULTS[style]
    write_files(tmp_path, code(network, style), force=False)
    module = tmp_path / "network.py"
    text = module.read_text("utf-8")
    assert old in text
    module.write_text(text.replace(old, new), "utf-8")
    assert own_tests(tmp_path).returncode == 1


@pytest.mark.parametrize("style", STYLES)
def test_modules_and_tests_pass_linter_and_formatter(tmp_path, style):
    pytest.importorskip("ruff")
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(settings.replace('"generated/**"', '"**"'), "utf-8")
    for k, network in enumerate(NETWORKS):
        write_files(tmp_path / f"{k}", code(network, style), force=False)
    for command in (("check",), ("format", "--check", "--diff")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_plan_is_told_without_a_folder():
    done = symconv("generate", LENET.replace("3x1", "Nx1"), "--explain", "--size", "N=32")
    assert done.returncode == 0
    assert done.stderr == ""
    for words in ("forward", "backward", "(1) z", "FLOP", "bytes", "one stage", "batch"):
        assert words in done.stdout
    assert "N" not in done.stdout.replace("NumPy", "")


@pytest.mark.parametrize(
    ("network", "words"),
    [("two-convs", "number by number"), ("general-conv-strided", "--size s=2")],
)
def test_where_there_is_no_plan_the_reason_is_told(network, words):
    assert words in symconv("generate", network, "--explain").stdout


@pytest.mark.parametrize(
    ("style", "first"),
    [
        ((), "readable: every equation as it stands; --style fast has a plan"),
        (("--style", "loops"), "loops: every equation as it stands; --style fast has a plan"),
        (("--style", "fast"), "written out number by number: the network is tiny"),
    ],
)
def test_what_is_written_is_what_is_explained(tmp_path, style, first, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    done = symconv("generate", "two-convs", "-o", str(tmp_path / "out"), "--explain", *style)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert first in lines[:2]
    assert "  (1) o^1: 32 FLOP, 16 bytes written (float32)" in lines
    module = (tmp_path / "out" / "two_convs.py").read_text("utf-8")
    assert ("number by number" in module) == ("number by number" in first)


OPEN = "input x Nx1x28x28 | conv w 3x3 channels 8 padding 1 bias b -> z"


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (f"{OPEN} | relu -> a | sse t -> C", "the batch splits over threads; a part has at least"),
        ("input x NxHx5x5 | conv w 3x3 channels 2 -> z | sse t", "the batch splits over threads"),
        (f"{OPEN} | batchnorm -> y | sse t -> C", "none, as the samples depend on each other"),
        (OPEN.replace("Nx1", "4x1"), "none, as the batch has a fixed size"),
        (OPEN.replace("Nx1", "1"), "none, as there is no batch"),
        ("input x NxF | softmax -> y | cross_entropy t", "none, as there is no workspace"),
        ("two-convs", "the batch has a fixed size"),
        ("input i 3x3 | conv w 2x2 -> o", "none, as the network has no cost"),
        ("general-conv-strided", "none, as there is no workspace"),
    ],
)
def test_the_plan_ends_with_what_step_splits(network, words):
    net = Network.parse(network) if "|" in network else Network.example(network)
    last = net.plan().splitlines()[-1]
    assert last.startswith("step: ")
    assert words in last
    module = net.compile("fast").module
    assert hasattr(module, "step") == (": none" not in last)
    assert hasattr(module, "LEAST_PART") == ("over threads" in last)
    if "at least" in last:
        assert f"at least {module.LEAST_PART} samples" in last
        assert last.endswith(f"threads=2 has an effect from {2 * module.LEAST_PART} on")


def test_a_fixed_size_is_a_number_in_the_module(tmp_path):
    sizes = {"N": 2, "C": 3, "F": 4, "k1": 3, "k2": 3, "s": 2, "p": 1, "d": 1, "H": 7, "W": 6}
    given = [part for name, n in sizes.items() for part in ("--size", f"{name}={n}")]
    done = symconv("generate", "general-conv-strided", *given, "--style", "fast", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "general_conv_strided.py").read_text("utf-8")
    assert "shape (2, 4, 4, 3)" in text or "z: Array" in text
    assert "workspace" in text
    assert own_tests(tmp_path).returncode == 0


def test_a_part_of_the_sizes_may_be_fixed():
    net = Network.example("general-conv-strided").fixed(s=2, d=1)
    source = net.numpy_source()
    assert "*, p: int" in source
    assert all(check.passed for check in net.verify())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lenet5", "--explain", "--size", "M=3"), "has no size 'M'"),
        (("lenet5", "--explain", "--size", "N"), "'N' gives no size"),
        (("lenet5", "--explain", "--size", "N=0"), "N = 0 is no number from 1"),
        (("general-conv-strided", "--explain", "--size", "k1=9", "--size", "H=3", "--size", "d=1",
          "--size", "p=0", "--size", "s=1"), "H_z = -5 is too small"),
        (("two-convs", "--explain", "--size", "N=3"), "all of its sizes are numbers"),
        (("lenet5",), "no folder to write to"),
        (("lenet5", "-o", "x", "--style", "slow"), "'slow' is not one of"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_message(arguments, message):
    done = symconv("generate", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_unknown_style_is_one_message():
    with pytest.raises(SymconvError, match="no style is called 'fats'"):
        Network.example("two-convs").numpy_source("fats")


TWO = (
    "input x 2x3x8x8 | conv w 3x3 channels 4 padding 1 bias b -> z | relu -> a "
    "| conv w 3x3 channels 3 -> z | sse t -> C"
)


def test_a_form_overrules_the_plan():
    done = symconv("generate", TWO, "--explain", "--form", "z^1=columns", "--form", "z^2=folded")
    assert done.returncode == 0, done.stderr
    assert "columns: it was asked for" in done.stdout
    assert "folded: it was asked for" in done.stdout


def test_tuning_measures_every_form_and_keeps_the_results():
    net, told = Network.parse(TWO), []
    found = autotune(net, told.append)
    assert found.keys() == {
        "z^1", "gradient w^1", "gradient x", "z^2", "gradient w^2", "delta a"
    }  # fmt: skip
    assert len({found["z^1"], found["gradient w^1"], found["gradient x"]}) == 1
    assert not any(form.startswith("winograd") for form in found.values())
    tried = {(line.split(":")[0], line.split()[-6]) for line in told if " ms, so far" in line}
    assert len(tried) >= 4
    twins = [net.compile("readable"), net.compile("fast", forms=found)]
    random = np.random.default_rng(0)
    given = {
        t.key: random.standard_normal([int(n) for n in t.shape])
        for t in net.program.tensors
        if net.program.equation(t.key) is None
    }
    arrays = {twins[0].arrays[k]: a for k, a in given.items()}
    gradients = [c.backward(**arrays, values=c.forward(**arrays)) for c in twins]
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_tuning_that_is_interrupted_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(_step):
        raise KeyboardInterrupt

    monkeypatch.setattr("symconv.tune.fastest_time", interrupted)
    arguments = ["generate", TWO, "--style", "fast", "--tune", "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code != 0
    assert not (tmp_path / "out").exists()


def test_tuning_needs_a_plan():
    done = symconv("generate", "two-convs", "--explain", "--tune")
    assert done.returncode == 2
    assert "no plan to tune" in done.stderr


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--form", "z^1"), "gives no form"),
        (("--form", "z^1=fast"), "no form is called 'fast'"),
        (("--form", "a=columns"), "'a' is no sum over windows"),
        (("--tiles", "f3"), "no tiles are called 'f3'"),
        (("--tiles", "f2", "-o", "OUT"), "the style 'readable' has no plan"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_one_message(tmp_path, more, message):
    folder = [str(tmp_path / "out") if part == "OUT" else part for part in more]
    done = symconv("generate", TWO, *(() if "-o" in more else ("--explain",)), *folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())
