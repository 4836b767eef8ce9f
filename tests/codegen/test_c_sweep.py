"""Every layer and hundreds at random as C files: the numbers, and what the sanitizers see.

They are the proof of the style; `benchmarks/c_errors.py` prints the worst errors.
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
from c_style import NEEDS_COMPILER, TOLERANCES
from random_layers import draw_layer

from symconv.codegen.c import build

pytestmark = [NEEDS_COMPILER, pytest.mark.long]
PARTS = 12
RANDOM = 300
ISAS = ("scalar", "avx2", "avx512")


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        plan_everything(patch)
        yield patch


def list_part(part):
    """A share of the catalogue, of its variants and of the random layers, with numbers."""
    networks = [*list_networks()[part::PARTS], *map(draw_layer, range(part, RANDOM, PARTS))]
    return [(n, give_floats(n)) for n in networks]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_layer_and_random_ones_agree_with_all_vectors(part, tmp_path):
    points = list_part(part)
    for isa in ISAS:
        for dtype in TOLERANCES:
            flags = (*FLAGS, *WARNINGS)
            check_cases(points, Setting(isa, dtype, build.find_compiler(), flags), tmp_path)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_layer_and_random_ones_run_under_sanitizers(part, tmp_path):
    points = list_part(part)
    for isa, dtype in (("scalar", "float64"), ("avx2", "float32"), ("avx512", "float64")):
        flags = ("-std=c99", "-O0", *WARNINGS, *SANITIZERS)
        check_cases(points, Setting(isa, dtype, build.find_compiler(), flags), tmp_path)


@pytest.mark.parametrize("part", range(PARTS))
def test_tiles_of_random_layers_agree_and_run_under_sanitizers(part, tmp_path):
    points, compiler = list_part(part), build.find_compiler()
    for isa, dtype, tiles in (("avx512", "float32", "f4"), ("avx2", "float64", "f2")):
        for flags in ((*FLAGS, *WARNINGS), ("-std=c99", "-O0", *WARNINGS, *SANITIZERS)):
            check_cases(points, Setting(isa, dtype, compiler, flags, tiles=tiles), tmp_path)
