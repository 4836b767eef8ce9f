"""Vectors of the C style read beyond rows and borders: what is no number stays where it belongs.

With NaN or an infinity at one entry of one array every entry in C is what the loops compute, which
read nothing beyond a border. There is one exception: the zeros of a halo times a weight or a delta
that is no number are NaN, as they are in PyTorch wherever it pads its arrays. Where such zeros meet
what was planted, or what is made of it, a NaN more is let pass, and nothing else: no NaN is lost,
and no number is another one. Zeros behind rows that are filled up to whole vectors meet pixels,
too, and what they make NaN of is computed again.
"""

from dataclasses import replace

import numpy as np
import pytest
from c_programs import CCase, CProgram, Setting, give_floats, tell_machine
from c_style import NEEDS_COMPILER
from random_layers import draw_layer

from symconv import Network
from symconv.codegen.c import build
from symconv.codegen.c.nests import nest as nests
from symconv.codegen.c.nests.machine import VECTORS
from symconv.verify.generated_module import list_module_uses

pytestmark = [NEEDS_COMPILER, pytest.mark.filterwarnings("ignore::RuntimeWarning")]
LAYERS = (
    "input x 2x3x6x9 | conv w 3x3 channels 4 padding 1 -> z",
    "input x 3x2x9x9 | conv w 3x3 channels 3 padding 1 stride 2 bias b -> z",
    "input x 11 batch 5 | dense w 9 bias b -> h | sse t",
    "input x 3x2x9x9 | conv w 3x3 channels 3 padding 1 -> z",
    "input x 2x2x3x5 | transposed_conv w 3x2 channels 3 stride 2 padding 1 -> z",
)
"""Sums along rows with an odd end, planes, a dense layer whose rows follow each other, rows that
zeros fill up, phases."""


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nests, "LEAST_PRODUCTS", 1)
        yield patch


def run(network, style, given):
    module = network.compile(style).module
    (use, *_) = list_module_uses(vars(module), network._module_names.tensors, {}, style)
    return use.run(given)


def plant(given, rng, times):
    """The arrays with NaN or an infinity at the first, the last or any entry of one of them."""
    names = [k for k, v in given.items() if v.dtype.kind == "f" and v.size]
    for n in range(times):
        key, made = names[n % len(names)], {k: v.copy() for k, v in given.items()}
        size = made[key].size
        place = (0, size - 1, rng.integers(size))[n // len(names) % 3]
        made[key].reshape(-1)[place] = (np.nan, np.inf, -np.inf)[rng.integers(3)]
        yield key, made


def find_right(network, given):
    """What the loops compute; None where they divide by how many entries an empty window has.

    PyTorch has no such windows.
    """
    try:
        return run(network, "loops", given)
    except ZeroDivisionError:
        assert "exclude_padding=True" in str(network.spec)
        return None


def list_touched(case, planted):
    """The keys of what zeros are multiplied into that meet what was planted, and of what reads it.

    Zeros stand in the halo of an operand; what rows that are filled up have is computed again.
    """
    reached, touched = {planted}, set()
    for part in case.made.parts.equations:
        for e in part:
            if reached.intersection(e.arguments[:-1]):
                reached.add(e.key)
            if touched.intersection(e.arguments[:-1]) or (e.plan and meet(e.plan, reached)):
                touched.add(e.key)
    return touched


def meet(plan, reached):
    """Whether zeros around an operand are multiplied with what is reached, and left as they are."""
    keys = [a.key for a in plan.nest.operands]
    return not plan.meets_zeros and any(
        any((*p.low, *p.high)) and reached.intersection(keys[:n] + keys[n + 1 :])
        for n, p in enumerate(plan.packings)
    )


def agree(found, right, *, grouped):
    """Where an entry is what it should be; sums of a norm are `grouped` otherwise.

    There infinity less infinity may be NaN in one and another infinity in the other one.
    """
    close = np.isclose(found, right, rtol=1e-9, atol=1e-12, equal_nan=True)
    return close | (~np.isfinite(found) & ~np.isfinite(right)) if grouped else close


def check(networks, isa, folder, times, *flags):
    cases = [CCase(n.titled(f"n{k}"), give_floats(n), isa) for k, n in enumerate(networks)]
    setting = Setting(isa, compiler=build.find_compiler(), flags=("-std=c99", *flags))
    program = CProgram(cases, folder, setting)
    program.build()
    rng, seen = np.random.default_rng(0), 0
    for number, (network, case) in enumerate(zip(networks, cases, strict=True)):
        for planted, given in plant(case.given, rng, times):
            program.cases[number] = replace(case, given=given)
            wanted = find_right(network, given)
            if wanted is None:
                break
            touched = list_touched(case, planted)
            for part in program.answer(number)[:3]:
                for key, found in part.items():
                    right = np.reshape(wanted[key], found.shape)
                    good = agree(found, right, grouped="Norm" in str(network.spec))
                    good |= np.isnan(found) if key in touched else False
                    assert good.all(), (network.spec, isa, planted, key)
                    seen += int((~np.isfinite(found)).any())
    assert seen > len(networks), "nothing was planted"


def test_what_is_no_number_stays_where_it_belongs(tmp_path):
    networks = [Network.parse(text) for text in LAYERS]
    codes = (
        e
        for n in networks
        for part in n.generate_c(isa="avx2", dtype="float64").parts.equations
        for e in part
    )
    assert any(e.plan and e.plan.meets_zeros for e in codes)
    check(networks, "avx2", tmp_path, 9, "-O0")


@pytest.mark.long
@pytest.mark.parametrize("isa", ["scalar", *VECTORS])
@pytest.mark.parametrize("part", range(5))
def test_what_is_no_number_stays_where_it_belongs_in_layers_at_random(part, isa, tmp_path):
    layers = [draw_layer(seed) for seed in range(3000 + 20 * part, 3020 + 20 * part)]
    check(layers, isa, tmp_path, 12, "-O3", "-fno-math-errno", "-fno-trapping-math")


def test_machines_without_vectors_build_them_all_the_same():
    assert all(tell_machine(isa, "aarch64-linux-gnu-gcc") for isa in VECTORS)
