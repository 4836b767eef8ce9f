"""Winograd's tiles in the C style: which sums they are made for, and right in every tensor."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from c_programs import FLAGS, SANITIZERS, WARNINGS, Setting, check_cases, give_floats
from c_style import NEEDS_COMPILER, QUICK, WHOLE, errors

from symconv import Network
from symconv.codegen.c import build, equations
from symconv.codegen.c.nests.machine import VECTORS, find_machine
from symconv.codegen.c.nests.nest import find_nest
from symconv.codegen.c.winograd.correlated_nest import find_windows
from symconv.codegen.c.winograd.tile_plan import WinogradPlan, choose_tiles, plan_tiles
from symconv.codegen.c.winograd.write_transform import transpose_matrix, write_combinations
from symconv.codegen.fast.algorithms.winograd_matrices import make_transforms
from symconv.core.errors import SymconvError

ARM = "aarch64-linux-gnu-gcc"
STRICT = ("-std=c99", "-O1", "-Wno-psabi", *WARNINGS)
TOLERANCES = {"float64": 1e-12, "float32": 5e-5}
"""Relative to the largest entry of an array, as for tiles in NumPy."""


@pytest.fixture(autouse=True)
def tiles_everywhere(tmp_path_factory, monkeypatch):
    """Small layers are computed from tiles, too, and run without the instructions of a machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(build, "FLAGS", (*QUICK, "-Wno-psabi"))
    monkeypatch.setattr(build, "MACHINE", dict.fromkeys(build.MACHINE, ()))
    always = lambda nest, machine, _: choose_tiles(nest, machine, np.inf)  # noqa: E731
    monkeypatch.setattr(equations, "choose_tiles", always)
    return monkeypatch


def tiled(network, **options):
    """The keys of the equations that are computed from tiles."""
    parts = network.generate_c(**options).parts.equations
    return {e.key for part in parts for e in part if isinstance(e.plan, WinogradPlan)}


SHAPES = {
    "one tile": "input x 1x4x4x4 | conv w 3x3 channels 4 padding 1 -> z",
    "over the ends": "input x 2x5x9x11 | conv w 3x3 channels 6 padding 1 bias b -> z",
    "valid": "input x 3x4x10x8 | conv w 3x3 channels 4 -> z",
    "wide padding": "input x 2x4x5x6 | conv w 3x3 channels 5 padding 4 -> z",
    "oblong": "input x 2x4x7x12 | conv w 3x2 channels 4 padding 1 -> z",
    "five by five": "input x 2x4x9x9 | conv w 5x5 channels 4 padding 2 bias b -> z",
    "seven by three": "input x 1x4x12x9 | conv w 7x3 channels 4 padding 3 -> z",
    "dilated": "input x 2x4x11x13 | conv w 3x3 channels 4 padding 2 dilation 2 -> z",
    "dilated by three": "input x 2x3x13x9 | conv w 3x3 channels 4 padding 3 dilation 3 bias b -> z",
    "dilated five": "input x 1x4x12x12 | conv w 5x5 channels 5 padding 4 dilation 2 -> z",
    "flipped": "input x 2x4x6x9 | conv w 3x3 channels 4 padding 1 flip -> z",
    "more channels than lanes": "input x 2x19x6x8 | conv w 3x3 channels 18 padding 1 bias b -> z",
    "fewer columns than lanes": "input x 4x16x5x3 | conv w 3x3 channels 16 padding 1 -> z",
    "more columns than lanes": "input x 1x4x5x37 | conv w 3x3 channels 4 padding 1 -> z",
    "many samples": "input x 12x4x4x4 | conv w 3x3 channels 4 padding 1 -> z",
    "a prime of samples": "input x 7x4x6x6 | conv w 3x3 channels 4 padding 1 -> z",
    "many rows": "input x 1x8x61x9 | conv w 3x3 channels 8 padding 1 -> z",
    "two layers": "input x 2x4x8x8 | conv w 3x3 channels 5 padding 1 bias b -> z | tanh -> a "
    "| conv v 3x3 channels 4 bias c -> y | sse t",
    "two ways": "input x 2x4x8x8 | conv w 3x3 channels 4 padding 1 -> z | relu -> a "
    "| conv v 3x3 channels 4 padding 1 -> y | add z | sse t",
    "flattened": "input x 2x4x6x6 | conv w 3x3 channels 4 padding 1 -> z | relu -> a "
    "| flatten -> v | dense W 3 bias c -> k | softmax -> p",
}
"""Twenty shapes whose ends, channels, taps and phases fall differently into tiles."""


@NEEDS_COMPILER
@pytest.mark.parametrize(
    ("name", "size", "isa"),
    [("two layers", "f4", "avx512"), ("dilated by three", "f2", "neon")],
)
def test_tiles_agree_with_the_readable_module(name, size, isa):
    network = Network.parse(SHAPES[name])
    assert tiled(network, tiles=size, isa=isa) >= {"z", "gradient w"}
    found = errors(network, ("float64",), isa=isa, tiles=size)
    assert found["float64"] <= TOLERANCES["float64"]


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("isa", VECTORS)
@pytest.mark.parametrize("size", ["f2", "f4"])
@pytest.mark.parametrize("name", SHAPES)
def test_tiles_of_every_shape_agree_with_all_vectors(name, size, isa, monkeypatch):
    monkeypatch.setattr(build, "FLAGS", (*WHOLE, "-Wno-psabi"))
    network = Network.parse(SHAPES[name])
    assert tiled(network, tiles=size, isa=isa) >= {"z", "gradient w"}
    found = errors(network, TOLERANCES, isa=isa, tiles=size)
    assert all(found[dtype] <= most for dtype, most in TOLERANCES.items()), found


SETTINGS = [
    Setting("avx2", "float64", "gcc", (*STRICT, *SANITIZERS), tiles="f4"),
    Setting("avx512", "float64", "clang", (*FLAGS, "-Wall", "-Wextra"), tiles="f4"),
    Setting("neon", "float32", ARM, (*FLAGS, *WARNINGS), ("qemu-aarch64",), tiles="f4"),
]


@pytest.mark.long
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: f"{s.compiler}-{s.isa}-{s.dtype}")
def test_tiles_of_every_shape_agree_by_every_compiler(setting, tmp_path):
    """As programs whose arrays and workspace have their size to the byte, without a warning."""
    if setting.find_missing():
        pytest.skip(setting.find_missing())
    networks = [Network.parse(text) for text in SHAPES.values()]
    check_cases([(n, give_floats(n)) for n in networks], setting, tmp_path)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_that_is_left_open_and_split_has_tiles(threads):
    text = "input x Nx4x9x9 | conv w 3x3 channels 5 padding 1 bias b -> z | tanh -> a | sse t"
    network = Network.parse(text)
    assert tiled(network, tiles="f4", isa="avx2") == {"z", "gradient w", "gradient x"}
    module = network.compile("c", tiles="f4", isa="avx2", dtype="float64").module
    rng, given = np.random.default_rng(0), {"x": (5, 4, 9, 9), "w": (5, 4, 3, 3), "b": (5,)}
    given = {k: rng.standard_normal(n) for k, n in (given | {"t": (5, 5, 9, 9)}).items()}
    found = module.step(**given, threads=threads, workspaces=[{}, {}][:threads]).gradients
    wanted = network.compile("fast").module.step(**given).gradients
    for one, other in zip(found, wanted, strict=True):
        assert np.abs(one - other).max() < TOLERANCES["float64"] * np.abs(other).max()


def windows_of(text, key):
    program = Network.parse(text).generate_c().parts.program
    equation = next(e for e in (*program.forward, *program.backward) if e.key == key)
    return find_windows(find_nest(equation, program.tensors))


LAYER = "input x 2x8x9x11 | conv w 3x2 channels 6 padding 1 dilation 2 -> z"


@pytest.mark.parametrize(
    ("key", "padding", "flipped", "image"),
    [("z", 1, False, "x"), ("gradient w", 1, False, "x"), ("gradient x", 3, True, "delta z")],
)
def test_windows_are_found_from_the_indices_alone(key, padding, flipped, image):
    """The gradient of an image is a correlation with the taps in the other direction."""
    found = windows_of(LAYER, key)
    assert found.image.key == image
    assert (found.rows.taps, found.columns.taps, found.rows.dilation) == (3, 2, 2)
    assert (found.rows.padding, found.rows.flipped) == (padding, flipped)
    assert found.sums_places == (key == "gradient w")
    assert (found.samples, found.nest.extents[found.batch]) == (2, 2)


@pytest.mark.parametrize("options", ["stride 2", "groups 8"])
@pytest.mark.parametrize("key", ["z", "gradient w", "gradient x"])
def test_no_tiles_are_made_for_strides_and_groups(options, key):
    text = f"input x 2x8x9x11 | conv w 3x3 channels 8 padding 1 {options} -> z"
    assert windows_of(text, key) is None


@pytest.mark.parametrize(("size", "taps"), [(2, 3), (4, 3), (4, 5), (3, 2), (2, 7)])
def test_what_is_written_is_the_matrix_times_the_inputs(size, taps):
    made = make_transforms(size, taps)
    for matrix in (made.image, made.kernel, made.places):
        for rows in (matrix, transpose_matrix(matrix)):
            names = [f"x{n}" for n in range(len(rows[0]))]
            known = {name: sp.Symbol(name) for name in names} | {"real": sp.Integer}
            lines, found = write_combinations(rows, names, "v4")
            for line in lines:
                name, value = line.removeprefix("const v4 ").removesuffix(";").split(" = ")
                known[name] = evaluate(value, known)
            for row, text in zip(rows, found, strict=True):
                wanted = sum(sp.Rational(a.numerator, a.denominator) * known[n]
                             for a, n in zip(row, names, strict=True))  # fmt: skip
                assert sp.expand(evaluate(text, known) - wanted) == 0
            assert all(isinstance(a, Fraction) for row in rows for a in row)


def evaluate(text, known):
    """A line of C over symbols: `(real)4` is a number."""
    return eval(text.replace("(real)", "1 * sp.Integer(1) * "), {"sp": sp}, known)


def test_wide_windows_have_smaller_tiles():
    product = windows_of("input x 1x8x20x20 | conv w 7x3 channels 8 padding 3 -> z", "z")
    plan = plan_tiles(product, find_machine("avx512", "float32", 4))
    assert (plan.rows.size, plan.columns.size) == (2, 4)


@pytest.mark.rest
def test_a_block_is_what_stays_near_and_its_arrays_are_in_the_workspace():
    text = "input x 8x{c}x32x32 | conv w 3x3 channels {c} padding 1 -> z"
    for channels, most in ((64, 128), (128, 64)):
        made = Network.parse(text.format(c=channels)).generate_c(isa="avx512", tiles="f4")
        plan = made.parts.equations[0][0].plan
        assert 32 <= plan.tiles <= most
        assert plan.tiles * plan.blocks == 8 * 64
        assert made.parts.bytes >= 8 * plan.scratch >= 8 * sum(plan.sizes.values())


@pytest.mark.rest
def test_tiles_are_taken_on_request_where_they_pay(monkeypatch):
    monkeypatch.undo()
    wide = Network.parse("input x 8x64x32x32 | conv w 3x3 channels 64 padding 1 -> z")
    small = Network.parse("input x 1x2x8x8 | conv w 3x3 channels 2 padding 1 -> z")
    assert tiled(wide, isa="avx512") == tiled(small, isa="avx512", tiles="f4") == set()
    assert tiled(wide, isa="avx512", tiles="f4") == {"z", "gradient w", "gradient x"}
    told = wide.plan("c", isa="avx512", tiles="f4")
    assert "z: tiles of 4 x 4 places from 36 products instead of 144; blocks of" in told
    assert "products: vectors of 16" in told


@NEEDS_COMPILER
def test_tiles_whose_products_would_need_room_of_their_own_are_left_out(tmp_path):
    """Six filters fill no two vectors of four: products would be kept in rows that are longer."""
    text = "input x 2x6x5x15 | conv w 3x3 channels 6 padding 3 dilation 3x1 bias b -> z"
    network, options = Network.parse(text), {"isa": "avx2", "dtype": "float64", "tiles": "f2"}
    assert tiled(network, **options) == {"z", "gradient x"}
    flags = ("-std=c99", "-O0", "-Wno-psabi", *WARNINGS)
    setting = Setting("avx2", "float64", build.find_compiler(), flags, tiles="f2")
    assert check_cases([(network, give_floats(network))], setting, tmp_path) < setting.tolerance


def test_tiles_need_vectors_and_a_size_that_is_known():
    network = Network.parse(LAYER)
    with pytest.raises(SymconvError, match="'scalar' has none"):
        network.generate_c(tiles="f4")
    with pytest.raises(SymconvError, match="no tiles are called 'f3'"):
        network.generate_c(tiles="f3", isa="avx2")


@NEEDS_COMPILER
def test_what_is_no_number_spreads_over_its_tiles_and_no_further():
    """At least where a direct sum has it, at most in the tiles that see it; its sample alone."""
    network = Network.parse("input x 2x4x12x12 | conv w 3x3 channels 4 padding 1 -> z")
    module = network.compile("c", dtype="float64", isa="avx512", tiles="f4").module
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 4, 12, 12)), rng.standard_normal((4, 4, 3, 3))
    x[1, 2, 4, 9] = np.inf
    touched = ~np.isfinite(module.forward(x=x, w=w).z)
    assert touched[1, :, 3:6, 8:11].all()
    touched[1, :, 0:8, 8:12] = False
    assert not touched.any()
