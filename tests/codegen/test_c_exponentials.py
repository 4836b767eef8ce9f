"""exp, log and what is made of them in C files: the stated errors, and what is no number."""

import re
import subprocess

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK
from paths import ROOT

from symconv import Network
from symconv.codegen.c import build
from symconv.codegen.c.exponentials import FORMS

ULPS = {dtype: form.ulps for dtype, form in FORMS.items()}
LONG = np.longdouble
RIGHT = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
}
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0)
MANY = 1 << 14


def draw_numbers(kind, count):
    """Numbers with random bits, and evenly spread ones where the functions change."""
    rng, bits = np.random.default_rng(3), {"float32": np.uint32, "float64": np.uint64}[kind]
    wild = rng.integers(0, np.iinfo(bits).max, count // 2, bits).view(kind)
    edge = {"float32": 110, "float64": 760}[kind]
    spread = np.concatenate([np.linspace(-a, a, count // 6) for a in (edge, 20, 1.5)])
    least = np.finfo(kind).smallest_subnormal * rng.integers(1, 1 << 20, 500)
    most = np.finfo(kind)
    ends = (most.max, -most.max, most.tiny, -most.tiny, most.smallest_subnormal)
    made = np.concatenate([spread, least, SPECIAL, ends]).astype(kind)
    made = np.concatenate([made, wild])
    return np.resize(made, -(-made.size // count) * count)


def load(name, kind, isa="scalar", count=MANY):
    text = f"input x {count} channels none | y[i] = {name}(x[i]) for i<{count}"
    return Network.parse(text).compile("c", dtype=kind, isa=isa).module


def compute(module, numbers):
    rows = numbers.reshape(-1, *module.SHAPES["x"])
    return np.concatenate([module.forward(x=row).y.copy() for row in rows])


def measure_ulps(found, numbers, name, kind):
    """The largest error in units in the last place; an error where NaN or infinity is not."""
    with np.errstate(all="ignore"):
        right = RIGHT[name](numbers.astype(LONG))
        rounded = right.astype(kind)
    finite = np.isfinite(rounded)
    assert np.array_equal(found[~finite], rounded[~finite], equal_nan=True)
    sizes = np.maximum(np.abs(rounded[finite]), np.finfo(kind).tiny).astype(LONG)
    last = np.ldexp(LONG(1), np.frexp(sizes)[1] - np.finfo(kind).nmant - 1)
    return float((np.abs(found[finite].astype(LONG) - right[finite]) / last).max(initial=0))


@NEEDS_COMPILER
@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("name", RIGHT)
def test_errors_are_at_most_what_the_file_says(name, kind, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build, "FLAGS", QUICK)
    numbers = draw_numbers(kind, MANY)
    found = compute(load(name, kind), numbers)
    assert measure_ulps(found, numbers, name, kind) <= ULPS[kind][name]


def sweep_floats(folder, isa, first, last, flags=build.FLAGS):
    """The worst error of each function over floats by their bits, and how often one is wrong."""
    sum_of_all = " + ".join(f"{name}(x[i])" for name in RIGHT)
    text = f"input x 64 channels none | y[i] = {sum_of_all} for i<64"
    made = Network.parse(text).generate_c(isa=isa)
    for name, written in made.written().items():
        (folder / name).write_text(written, encoding="utf-8")
    plain = [flag for flag in flags if flag not in {"-fPIC", "-shared"}]
    command = [build.find_compiler(), *plain, *build.MACHINE[isa], "-I", str(folder)]
    command += ['-DGENERATED="network.c"', "-o", "sweep", str(ROOT / "tests/data/all_floats.c")]
    subprocess.run([*command, "-lm"], cwd=folder, check=True)
    limits = [str(first), str(last)]
    done = subprocess.run([folder / "sweep", *limits], capture_output=True, check=True)
    rows = [line.split() for line in done.stdout.decode().splitlines()]
    return {name: (float(worst), int(wrong)) for name, worst, _, wrong in rows}


@NEEDS_COMPILER
def test_errors_of_a_slice_of_floats_are_at_most_what_the_file_says(tmp_path):
    """Those around 1, by the program that sees all of them, and a number where it is none."""
    found = sweep_floats(tmp_path, "scalar", 0x3F7F0000, 0x3F810000, QUICK)
    found = {name: worst for name, (worst, wrong) in found.items() if not wrong}
    assert found.keys() == RIGHT.keys()
    assert all(0.5 < found[name] <= ULPS["float32"][name] for name in RIGHT)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("isa", ["scalar", build.find_isa()])
def test_errors_of_every_float_are_at_most_what_the_file_says(isa, tmp_path):
    """All 2^32 of them, with the products of the machine and without, vectorised."""
    found = sweep_floats(tmp_path, isa, 0, 1 << 32)
    for name, (worst, wrong) in found.items():
        assert (worst <= ULPS["float32"][name], wrong) == (True, 0), (name, worst)
    assert found.keys() == RIGHT.keys()


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("name", RIGHT)
def test_errors_of_doubles_are_at_most_what_the_file_says(name):
    numbers = draw_numbers("float64", 1 << 22)
    found = compute(load(name, "float64", build.find_isa()), numbers)
    assert measure_ulps(found, numbers, name, "float64") <= ULPS["float64"][name]


@pytest.mark.parametrize(("dtype", "real"), [("float32", "float"), ("float64", "double")])
@pytest.mark.parametrize(
    "text",
    [
        "input x 3x4 | dense w 5 | softmax | sse t",
        "input x 3x4 | dense w 5 | cross_entropy t labels",
        "input x 3x4 | sigmoid | silu | tanh | elu | softplus | sse t",
        "input x 3x4 | dense w 5 | bce_logits t",
        "input x 3x4 | log_softmax",
    ],
)
def test_no_exponential_of_a_library_is_called(text, dtype, real):
    """It is there for numbers of the other type alone, which a compiler may be told to take."""
    source = Network.parse(text).generate_c(isa="avx512", dtype=dtype).source
    code = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    own = rf"  if \(sizeof\(real\) == sizeof\({real}\)\) "
    own += rf"return \(real\)real_(\w+)_{real}\(\({real}\)x\);"
    code, count = re.subn(rf"{own}\n  return \(real\)\1\(x\);", "", code)
    assert count
    called = re.findall(r"\b(expf?|logf?|log1pf?|tanhf?)\(", code)
    assert not called


def test_the_error_of_every_function_is_told_in_the_file():
    text = "input x 7 channels none | y[i] = log(x[i]) + tanh(x[i]) + exp(x[i]) for i<7"
    for dtype, ulps in ULPS.items():
        source = Network.parse(text).generate_c(dtype=dtype).source
        for name in ("exp", "log", "tanh"):
            assert f"At most {ulps[name]} ulp away" in source
