"""Register tiles of the C style: right whatever is planned, and planned as data."""

import re
from math import prod
from random import Random

import numpy as np
import pytest
from c_style import (
    NEEDS_COMPILER,
    QUICK,
    TOLERANCES,
    WHOLE,
    draw_network,
    errors,
    measure_rounding,
    small,
)
from grids import slice_of
from sympy import Symbol

from symconv import Network
from symconv.codegen.c import build, passes
from symconv.codegen.c.model.index_form import PlaceForm, bound_conditions
from symconv.codegen.c.nests import kept_sums, planner
from symconv.codegen.c.nests import nest as nests
from symconv.codegen.c.nests.accesses import ArrayAccess, put_index
from symconv.codegen.c.nests.loop_order import order_loops
from symconv.codegen.c.nests.machine import VECTORS, find_machine
from symconv.codegen.c.nests.nest import Nest, find_nest
from symconv.codegen.c.nests.packing import Packing
from symconv.codegen.c.nests.planner import plan_nest
from symconv.codegen.c.nests.product_order import count_held, order_products
from symconv.codegen.c.nests.register_tile import list_tiles
from symconv.codegen.c.nests.vector_axis import list_vector_axes


@pytest.fixture(autouse=True, scope="module")
def everything_planned(tmp_path_factory):
    """Small sums of products are planned, too, and run without the instructions of a machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("CC", raising=False)
        patch.setattr(build, "FLAGS", (*QUICK, "-Wno-psabi"))
        patch.setattr(build, "MACHINE", dict.fromkeys(build.MACHINE, ()))
        patch.setattr(nests, "LEAST_PRODUCTS", 1)
        yield patch


def check(network, isa, dtypes=("float64",), share=0.0):
    found = errors(network, dtypes, isa=isa, share=share)
    assert all(found[dtype] <= TOLERANCES[dtype] for dtype in found), found


LAYERS = {
    "halo": "input x 3x2x5x9 | conv w 3x2 channels 5 padding 2 bias b -> z | sse t",
    "phases and planes": "input x 2x3x9x9 | conv w 3x3 channels 4 padding 1 stride 2 bias b -> z",
    "dilation": "input x 2x2x9x10 | conv w 3x3 channels 3 padding 2 dilation 2 -> z",
    "groups": "input x 2x4x6x9 | conv w 3x3 channels 4 groups 4 padding 1 -> z",
    "groups of two": "input x 2x4x6x9 | conv w 3x3 channels 6 groups 2 padding 1 bias b -> z",
    "fractions summed": "input x 2x2x9x9 | transposed_conv w 3x4 channels 3 stride 2 -> z",
    "one by one": "input x 2x5x4x9 | conv w 1x1 channels 6 bias b -> z",
    "fractions": "input x 2x3x3x4 | transposed_conv w 3x2 channels 2 stride 2x3 padding 1 -> z",
    "dense": "input x 11 batch 5 | dense w 9 bias b -> h | tanh -> a | dense v 3 bias c -> k",
    "one sample": "input x 1x1x9x9 | conv w 5x5 channels 3 padding 2 bias b -> z",
    "no overlap": "input x 2x2x6x7 | conv w 2x2 channels 3 stride 3 -> z",
    "flipped": "input x 2x2x6x9 | conv w 3x3 channels 3 padding 1 flip -> z",
    "local": "input x 2x2x5x5 | local w 3x2 channels 3 padding 1",
    "matmul": "input x 2x5x9 channels none batch 2 | tanh -> a | matmul x transposed -> y",
}
"""One of every kind of nest."""


@NEEDS_COMPILER
@pytest.mark.parametrize(
    ("name", "isa"), [("phases and planes", "avx2"), ("dense", "avx512"), ("one by one", "neon")]
)
def test_every_kind_of_nest_agrees_with_the_readable_module(name, isa):
    network = small(LAYERS[name])
    made = network.generate_c(isa=isa, dtype="float64")
    assert any(e.plan for part in made.parts.equations for e in part), "nothing was planned"
    check(network, isa)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("isa", VECTORS)
@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_of_nest_agrees_with_all_vectors(name, isa, monkeypatch):
    monkeypatch.setattr(build, "FLAGS", (*WHOLE, "-Wno-psabi"))
    check(small(LAYERS[name]), isa, TOLERANCES)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("isa", VECTORS)
@pytest.mark.parametrize("part", range(10))
def test_networks_at_random_agree_with_vectors(part, isa):
    for seed in range(2000 + 10 * part, 2010 + 10 * part):
        network = draw_network(seed)
        found = errors(network, isa=isa, share=0.1)
        for dtype, most in TOLERANCES.items():
            # Four times what NumPy makes, where the network makes much of what is rounded.
            allowed = max(most, 4 * measure_rounding(network, dtype, 0.1))
            assert found[dtype] <= allowed, (seed, found)


def pick_at_random(random):
    """Instead of the cheapest way to compute a nest one at random, every kind as often."""

    def pick(candidates):
        kinds = {}
        for c in candidates:
            copied = tuple(p.copied for p in c.axis.packings)
            kinds.setdefault((c.axis.dot, str(c.axis.index), copied), []).append(c)
        return random.choice(kinds[random.choice(sorted(kinds))])

    return pick


def check_any_plan(text, isa, seed, monkeypatch):
    """Sums are kept however many there are, and blocks are as small as caches are made here."""
    monkeypatch.setattr(kept_sums, "SMALL", 0)
    monkeypatch.setattr(planner, "LEVEL_ONE", 400)
    monkeypatch.setattr(planner, "LEVEL_TWO", 400)
    monkeypatch.setattr(planner, "choose_candidate", pick_at_random(Random(seed)))
    check(small(text), isa)


@NEEDS_COMPILER
def test_whatever_plan_is_chosen_is_right(monkeypatch):
    text = "input x 3x8x4x7 | conv w 1x1 channels 9 bias b -> z"
    for seed in (3, 5):
        check_any_plan(text, "neon", seed, monkeypatch)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", LAYERS)
def test_whatever_plan_is_chosen_for_any_nest_is_right(name, seed, monkeypatch):
    isa = ("avx512", "avx2", "neon")[seed % 3]
    check_any_plan(LAYERS[name], isa, seed, monkeypatch)


@NEEDS_COMPILER
def test_what_is_no_number_stays_in_its_own_row_and_sample():
    """A vector that reads beyond a row multiplies zeros, never what lies there."""
    network = Network.parse("input x 2x1x6x9 | conv w 3x3 channels 2 padding 1 -> z | sse t")
    module = network.compile("c", dtype="float64", isa="avx512").module
    rng = np.random.default_rng(0)
    x, w, t = (rng.standard_normal(s) for s in ((2, 1, 6, 9), (2, 1, 3, 3), (2, 2, 6, 9)))
    x[1, 0, 2, 8] = np.inf
    z = module.forward(x=x, w=w, t=t).z
    touched = ~np.isfinite(z)
    assert touched[1, :, 1:4, 7:].all()
    touched[1, :, 1:4, 7:] = False
    assert not touched.any()


def nest_of(text, key):
    program = Network.parse(text).generate_c().parts.program
    equation = next(e for e in (*program.forward, *program.backward) if e.key == key)
    return find_nest(equation, program.tensors)


WIDE = "input x 8x16x32x32 | conv w 3x3 channels 32 padding 1 -> z"


@pytest.mark.parametrize("isa", VECTORS)
@pytest.mark.parametrize("key", ["z", "gradient w", "gradient x"])
def test_a_tile_fits_in_the_registers_and_reads_less_than_it_computes(key, isa):
    machine, nest = find_machine(isa, "float32"), nest_of(WIDE, key)
    plan = plan_nest(nest, machine)
    assert plan.tile.accumulators < machine.registers
    assert plan.tile.accumulators >= 8, "products wait for their sums"
    # Two products of vectors begin in a cycle: a tile is within a third of that, copies included.
    assert plan.cycles * machine.lanes * 2 <= 1.33


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (WIDE, "z", ("16 along j", "m n written out", "x copied with a halo", "one b at a time")),
        (WIDE, "gradient w", ("in another order", "sums kept between")),
        (WIDE.replace("padding 1", "stride 2"), "gradient x", ("phases i:2 j:2",)),
        (WIDE.replace("3x3", "1x1").replace(" padding 1", ""), "z", ("16 along j;",)),
    ],
)
def test_the_plan_is_told(text, key, words):
    plan = Network.parse(text).plan("c", isa="avx512")
    line = next(row for row in plan.splitlines() if f" {key}: vectors" in row)
    for word in words:
        assert word in line


@NEEDS_COMPILER
def test_a_load_stays_in_its_register():
    """gcc 12 reads an entry again for every product that it stands in, unless it is held."""
    source = Network.parse(WIDE).generate_c(isa="avx512").source
    # clang has no register for a vector of two, and reads every entry once as it is.
    assert "#if !defined(NETWORK_REAL) && defined(__AVX512F__) && !defined(__clang__)" in source
    assert re.search(r"#define LOAD16\(name, place\) do { name = .*; HOLD\(name\); }", source)
    assert "LOAD16(in0, " in source
    products = [line for line in source.splitlines() if " += " in line]
    assert products
    assert not any("*(const u16 *)" in line for line in products)


@NEEDS_COMPILER
@pytest.mark.parametrize("isa", slice_of(VECTORS, 3))
@pytest.mark.parametrize("name", slice_of(LAYERS, 6))
def test_tiles_as_loops_are_right(name, isa, monkeypatch):
    """Large files have loops over the entries of a tile; here every file has them."""
    monkeypatch.setattr(passes, "MOST_WRITTEN", 0)
    check(Network.parse(LAYERS[name]), isa)


def test_large_files_have_loops_over_tiles(monkeypatch):
    assert "EACH (" not in Network.parse(WIDE).generate_c(isa="avx512").source
    monkeypatch.setattr(passes, "MOST_WRITTEN", 0)
    assert "EACH (" in Network.parse(WIDE).generate_c(isa="avx512").source


def lines_of(text, isa="avx512"):
    return Network.parse(text).generate_c(isa=isa).source.splitlines()


def test_several_short_statements_share_a_line():
    """Half the products of a tile of 16 stand on a line of 100 columns with another one."""
    lines = [line for line in lines_of(WIDE) if re.match(r" +(LOAD16|sum\d+) ?", line)]
    assert max(map(len, lines)) <= 100
    assert sum(line.count(";") for line in lines) > 1.5 * len(lines)


def test_of_plans_at_one_price_the_shorter_text_is_taken(monkeypatch):
    """What is written out beyond that is not faster, and a reader has to read it."""
    machine, nest = find_machine("avx512", "float32"), nest_of(WIDE, "z")

    def written(tie):
        monkeypatch.setattr(planner, "TIE", tie)
        plan = plan_nest(nest, machine)
        return plan.cycles, plan.tile.accumulators * prod(nest.inner[u] for u in plan.taps)

    (least, most), (near, fewer), (worse, fewest) = map(written, (1.0, 1.02, 1.3))
    assert least <= near <= 1.02 * least
    assert near <= worse
    assert fewest < fewer <= most


def test_without_vectors_nothing_is_planned():
    assert find_machine("scalar", "float32") is None
    assert "register tiles" not in Network.parse(WIDE).plan("c")


def test_an_index_is_put_into_a_fraction():
    i, j = Symbol("i"), Symbol("j")
    form = PlaceForm(((i, 1), (j, -1)), 1, 2)  # (i - j + 1) / 2
    even = put_index(put_index(form, i, 2, 0), j, 0, 1)  # (2 i - 1 + 1) / 2
    assert even == PlaceForm(((i, 1),), 0, 1)
    assert put_index(put_index(form, i, 2, 0), j, 0, 0).divisor == 2


def test_rows_that_follow_each_other_are_one_axis():
    nest = nest_of("input x 2x5x28x28 | conv w 1x1 channels 6 -> z", "z")
    assert sorted(nest.outer.values()) == [2, 6, 784]
    kept = nest_of("input x 2x5x28x28 | conv w 3x3 channels 6 -> z", "z")
    assert sorted(kept.outer.values()) == [2, 6, 26, 26]


def test_a_packed_operand_has_an_address_for_every_entry_of_its_halo():
    v, m = Symbol("v"), Symbol("m")
    packing = Packing((4, 7), (0, 1), (0, 1), (0, 2), planes=2, pitch=4)
    access = ArrayAccess("x", (4, 7), (PlaceForm((), 3), PlaceForm(((v, 2), (m, 1)), -1)))
    seen = {}
    for tap in range(3):
        strides, start = packing.address(access.put(m, 0, tap))
        for at in range(4):
            column = 2 * at + tap - 1
            place = start + strides[v] * at
            assert seen.setdefault(column, place) == place
    assert len(set(seen.values())) == len(seen)
    assert max(seen.values()) < packing.total


def test_tiles_hold_at_most_their_registers_and_what_must_be_whole():
    a, b, c = map(Symbol, "abc")
    tiles = list(list_tiles({a: 3, b: 8, c: 5}, frozenset([a]), 12))
    assert all(dict(t)[a] == 3 for t in tiles)
    assert all(np.prod([n for _, n in t]) <= 12 for t in tiles)
    assert ((a, 3), (b, 4)) in tiles
    assert len(tiles) == len(set(tiles))


def test_panels_stand_one_behind_the_other_with_all_rows():
    """Tiles that begin where a panel does meet the entries of each row side by side."""
    v, c = Symbol("v"), Symbol("c")
    packing = Packing((3, 11), (0, 1), (0, 0), (0, 0), panel=4)
    access = ArrayAccess("x", (3, 11), (PlaceForm(((c, 1),), 0), PlaceForm(((v, 1),), 0)))
    places = set()
    for row in range(3):
        for first in (0, 4, 8):
            for lane in range(4):
                strides, start = packing.address(access.put(c, 0, row).put(v, 1, lane))
                assert start + strides[v] * first == 3 * first + 4 * row + lane
                places.add(start + strides[v] * first)
    assert places == set(range(packing.total))


def test_products_are_ordered_so_that_few_entries_wait():
    """Rows that three taps share are used up one by one, and the taps wait instead."""
    taps = [[(f"sum{i}", (f"w{m}", f"x{i + m}")) for i in range(16)] for m in range(3)]
    ordered = order_products(taps)
    assert sorted(ordered) == sorted(p for tap in taps for p in tap)
    assert count_held([p for tap in taps for p in tap]) >= 16
    assert count_held(ordered) <= 4
    assert order_products([]) == []


def test_digits_of_a_place_are_axes_of_their_own():
    nest = nest_of("input x 2x6x5x5 | conv w 3x3 channels 9 groups 3 -> z", "z")
    assert nest.target.shape == (2, 3, 3, 3, 3)
    assert [a.shape[:2] for a in nest.operands if a.key == "w"] == [(3, 3)]
    assert [a.shape[:3] for a in nest.operands if a.key == "x"] == [(2, 3, 2)]


def test_a_sum_of_fractions_is_a_sum_over_entries():
    nest = nest_of("input x 2x4x5x6 | transposed_conv w 3x3 channels 3 stride 2 -> z", "gradient w")
    assert all(a.is_whole for a in nest.operands)
    assert sorted(nest.inner.values()) == [2, 5, 6]


def test_what_replaces_most_of_the_cache_is_the_outermost_loop():
    f, c, n, i = map(Symbol, "fcni")
    delta = ArrayAccess("d", (8, 32), (PlaceForm(((f, 1),), 0), PlaceForm(((i, 1),), 0)))
    image = ArrayAccess("x", (4, 34), (PlaceForm(((c, 1),), 0), PlaceForm(((i, 1), (n, 1)), 0)))
    nest = Nest(delta, (delta, image), None, {f: 8, c: 4, n: 3}, {i: 32})
    assert order_loops(nest, (n, c, f), {f: 4}, {i: 32, f: 4}) == [f, c, n]


@pytest.mark.parametrize(
    "made",
    [
        Packing((2, 3, 5), (0, 1, 2), (0, 1, 2), (0, 2, 1)),
        Packing((2, 3, 5), (2, 0, 1), (1, 1, 2), (3, 2, 1), pitch=4),
        Packing((4, 7), (0, 1), (1, 2), (2, 1), planes=3, least=6),
        Packing((4, 7), (1, 0), (0, 0), (0, 1), planes=2, pitch=8),
    ],
)
def test_a_copy_has_room_for_all_of_its_axes_with_their_zeros(made):
    """As much as its first axis goes on for, and a row for the last one in every plane."""
    full = [sum(n) for n in zip(made.low, made.shape, made.high, strict=True)]
    first, last = made.order[0], made.order[-1]
    assert made.total == made.strides[first] * full[first]
    assert made.row % made.pitch == 0
    assert made.row >= max(full[last] / made.planes, made.least)


@pytest.mark.parametrize("padding", ["1x0", "0x3", "2x1"])
def test_a_row_that_is_summed_along_ends_in_zeros_for_a_whole_vector(padding):
    """In each plane as many behind the halo as the last vector of the sum is too long."""
    text = f"input x 2x2x7x11 | conv w 2x3 channels 3 stride 1x2 padding {padding} -> z"
    nest, lanes, seen = nest_of(text, "gradient w"), 4, 0
    for axis in (a for a in list_vector_axes(nest, lanes) if a.dot):
        for made in axis.packings:
            last, slack = made.order[-1], -axis.extent % lanes
            full = made.low[last] + made.shape[last] + made.high[last]
            if made.copied and slack:
                seen += 1
                assert made.row >= -(-full // made.planes) + slack
                assert made.row % lanes == 0 or full < 2 * lanes * made.planes
    assert seen


def test_a_whole_place_is_asked_for_no_remainder():
    i, j = Symbol("i"), Symbol("j")
    extents, names = {i: 4, j: 4}, {i: "i", j: "j"}
    for form, conditions in (
        (PlaceForm(((i, 1),), 0), ()),
        (PlaceForm(((i, 2), (j, 4)), 2, 2), ()),
        (PlaceForm(((i, 1), (j, 2)), 0, 2), ("(i + 2 * j) % 2 == 0",)),
        (PlaceForm(((i, 1),), 0, 3), ("i % 3 == 0",)),
        (PlaceForm(((i, 1), (j, -1)), 0), ("i - j >= 0",)),
    ):
        assert bound_conditions(form, 20, extents, names) == conditions
