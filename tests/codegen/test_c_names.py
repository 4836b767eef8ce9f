"""Names that a C file uses itself: an array, an index or a title may be called so all the same."""

import subprocess
from random import Random

import pytest
from c_programs import WARNINGS, CCase, CProgram, Setting, give_floats, measure_errors
from c_style import NEEDS_COMPILER

from symconv import Network
from symconv.codegen.c import build
from symconv.codegen.c.nests import nest as nests
from symconv.core.errors import SymconvError

NAMES = (
    "in0", "in1", "sum", "sum0", "sums", "scratch", "copy", "k", "at", "at0", "v4", "u16", "LOAD4",
    "real", "HOLD", "GUARDED", "compute", "workspace", "arrays", "part", "taken", "first", "count",
    "share", "samples", "int", "double", "main", "x", "y", "low", "small", "more", "a", "label",
    "won", "largest", "entry", "choice", "present", "base", "beats", "whole", "chosen", "network",
    "forward", "step", "void", "restrict", "inline", "I", "bool", "NULL", "EOF", "INFINITY", "NAN",
    "errno", "stdin", "static", "const", "asm", "typeof", "unix", "linux", "y0", "j1", "gamma",
    "signgam", "template", "predict", "prediction", "bytes",
)  # fmt: skip
TITLES = (*NAMES, "real_exp", "add_4", "compute_x", "network_real", "math", "stdint")
TEXTS = (
    "input {0} 2x3x6x9 | conv {1} 3x3 channels 4 bias {2} -> {3} | maxpool 2 -> {4} | sse {5}",
    "input {0} 11 batch 5 | dense {1} 9 bias {2} -> {3} | softmax -> {4} | dense {5} 4 -> {6}",
    "input {0} 11 batch N | dense {1} 9 -> {2} | tanh -> {3} | cross_entropy {4} labels",
    "input {0} 9x11 | {1}[{2},{3}] = sum({4}<11) {5}[{2},{4}]*{0}[{3},{4}] for {2}<7, {3}<9",
    "input {0} 9x11 | {1}[{2},{3}] = max({4}<3) {0}[{2},{3}+{4}] for {2}<9, {3}<9 | sse {6}",
)


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nests, "LEAST_PRODUCTS", 1)
        yield patch


def draw(count, seed):
    """Networks with such names; a name that means something else in a text is none there."""
    random, found = Random(seed), []
    while len(found) < count:
        text = random.choice(TEXTS).format(*random.sample(NAMES, 8))
        try:
            network = Network.parse(text).titled(random.choice(TITLES))
            network.backward()
        except SymconvError:
            continue
        found.append(network)
    return found


def check(networks, folder):
    for number, network in enumerate(networks):
        made = network.generate_c(isa=("scalar", "avx2")[number % 2])
        place = folder / str(number)
        place.mkdir()
        (place / f"{made.stem}.c").write_text(made.source, encoding="utf-8")
        (place / f"{made.stem}.h").write_text(made.files.header, encoding="utf-8")
        command = [build.find_compiler(), "-std=c99", "-fsyntax-only", *WARNINGS, "-Wno-psabi"]
        command.append(f"{made.stem}.c")
        done = subprocess.run(command, cwd=place, capture_output=True, check=False)
        assert done.returncode == 0, (network.title, network.spec, done.stderr.decode()[:500])


@NEEDS_COMPILER
def test_an_array_may_be_called_as_the_file_calls_its_own(tmp_path):
    check(draw(4, 1), tmp_path)


@NEEDS_COMPILER
@pytest.mark.long
def test_many_arrays_may_be_called_as_the_file_calls_its_own(tmp_path):
    check(draw(400, 2), tmp_path)


@NEEDS_COMPILER
@pytest.mark.parametrize("index", ["k", "in0"])
def test_an_index_is_never_the_one_that_counts_lanes(index, tmp_path):
    """Lanes of y[i,k] lie apart: they are stored one by one, in a loop of its own."""
    text = f"input x 9x5 | y[i,{index}] = sum(m<13) w[m,i]*v[{index},m] for i<16, {index}<5 | sse t"
    network = Network.parse(text)
    case = CCase(network.titled("n0"), give_floats(network), "avx2")
    assert "for (int k = 0; k < 4; k++) (&" in case.made.source
    setting = Setting("avx2", compiler=build.find_compiler(), flags=("-std=c99", "-O0"))
    program = CProgram([case], tmp_path, setting)
    program.build()
    assert measure_errors(case, program.answer(0))[0] < 1e-12
