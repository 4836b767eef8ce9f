"""C files by every compiler, on the processor of another machine, and under sanitizers.

What is not installed is skipped with a message. Every array and the workspace have their size to
the byte, and no warning is allowed.
"""

import pytest
from c_programs import (
    FLAGS,
    SANITIZERS,
    WARNINGS,
    Setting,
    check_cases,
    give_floats,
    list_networks,
    plan_everything,
)
from c_style import NEEDS_COMPILER
from random_layers import draw_layer

from symconv import Network
from symconv.codegen.c import build, passes

QUICK = ("-std=c99", "-O0", *WARNINGS)
WHOLE = (*FLAGS, *WARNINGS)
STRICT = ("-std=c99", "-O1", "-pedantic-errors", *WARNINGS)
ARM = {"compiler": "aarch64-linux-gnu-gcc", "runner": ("qemu-aarch64",)}
SETTINGS = {
    "clang, no vectors": Setting("scalar", "float32", "clang", WHOLE),
    "clang, AVX2": Setting("avx2", "float32", "clang", WHOLE),
    "clang, AVX-512": Setting("avx512", "float64", "clang", WHOLE),
    "clang, sanitizers": Setting("avx2", "float64", "clang", (*QUICK, *SANITIZERS)),
    "gcc, C99 to the letter": Setting("scalar", "float32", "gcc", STRICT),
    "gcc, AVX2": Setting("avx2", "float64", "gcc", WHOLE),
    "gcc, AVX-512": Setting("avx512", "float32", "gcc", WHOLE),
    "gcc, sanitizers": Setting("avx512", "float32", "gcc", (*QUICK, *SANITIZERS)),
    "gcc, sanitizers, no vectors": Setting("scalar", "float64", "gcc", (*QUICK, *SANITIZERS)),
    "tcc": Setting("scalar", "float64", "tcc", ("-std=c99", "-Wall")),
    "ARM, Neon": Setting("neon", "float32", flags=WHOLE, **ARM),
    "ARM, Neon, double": Setting("neon", "float64", flags=WHOLE, **ARM),
    "ARM, no vectors": Setting("scalar", "float64", flags=WHOLE, **ARM),
}
LENET = (
    "input x 3x1x28x28 | conv w1 5x5 channels 6 padding 2 bias b1 | relu | maxpool 2 "
    "| conv w2 5x5 channels 16 bias b2 | relu | maxpool 2 | flatten | dense W3 120 bias b3 | relu "
    "| dense W4 84 bias b4 | relu | dense W5 10 bias b5 | cross_entropy t labels"
)
FEW = (
    "input x 2x3x6x9 | conv w 3x3 channels 4 padding 1 stride 2 bias b -> z | tanh -> a | sse t",
    "input x 2x2x7x6 | maxpool 3 stride 2 padding 1 | flatten | dense W 5 | cross_entropy t labels",
)
"""Halo, planes, phases and a dot form; masks, labels and a workspace with holes."""


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        plan_everything(patch)
        yield patch


def check(networks, setting, folder):
    missing = setting.find_missing()
    if missing:
        pytest.skip(missing)
    check_cases([(n, give_floats(n)) for n in networks], setting, folder)


@NEEDS_COMPILER
def test_a_few_layers_agree_by_the_compiler_at_hand(tmp_path):
    setting = Setting("avx2", "float64", build.find_compiler(), QUICK)
    check([Network.parse(text) for text in FEW], setting, tmp_path)


def test_clang_needs_no_register_for_a_vector_of_two(tmp_path):
    """And finds no function that nothing calls: neither exp beside tanh, nor tanh beside log."""
    texts = ("input x 9 batch 3 | conv w 4 stride 3 padding 2", "input x 5 | log_softmax", FEW[0])
    setting = Setting("avx2", "float32", "clang", QUICK)
    check([Network.parse(text) for text in texts], setting, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", SETTINGS)
def test_layers_agree_by_every_compiler(name, tmp_path):
    """A slice of the catalogue, of its variants and of random layers, and LeNet-5."""
    networks = [*map(Network.parse, (*FEW, LENET)), *list_networks()[::9]]
    check([*networks, *map(draw_layer, range(5000, 5008))], SETTINGS[name], tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in SETTINGS if "sanitizers" in name])
def test_tiles_as_loops_stay_in_their_arrays(name, tmp_path, monkeypatch):
    """Files of a few layers have no such loops by themselves."""
    monkeypatch.setattr(passes, "MOST_WRITTEN", 0)
    networks = [*map(Network.parse, FEW), *list_networks()[4::18]]
    check([*networks, *map(draw_layer, range(6000, 6004))], SETTINGS[name], tmp_path)
