"""The cost model counts what the modules do, and takes the form that needs the least time."""

import numpy as np
import pytest
from sympy import Integer

import symconv
from symconv.codegen.fast.algorithms.operation_count import (
    OperationCount,
    count_copies,
    count_products,
    estimate_microseconds,
)
from symconv.codegen.fast.algorithms.sizes import read_sizes
from symconv.codegen.fast.algorithms.table import ALGORITHMS, find_algorithm, find_algorithms
from symconv.codegen.fast.plan.cost_model import TABLE, choose, count_work, estimate_times
from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.plan.plan_report import report_plan
from symconv.codegen.fast.plan.planner import Contract, Pool, plan_network
from symconv.core.errors import SymconvError

LAYERS = (
    "input x 5x3x9x8 | conv w 3x2 channels 4 padding 1 -> z",
    "input x 2x2x11x9 | conv w 3x3 channels 5 stride 2 padding 2 bias b -> z",
    "input x 3x2x8x6 | conv w 3x3 channels 4 padding 1 bias b -> z | relu -> a | maxpool 2 -> p",
    "input x 2x3x9x12 | conv w 2x3 channels 2 padding 1x1 -> z | maxpool 2x3 -> p",
)


def contraction(text):
    """The contraction of a layer, and the phases of its stage."""
    net = symconv.Network.parse(text)
    made = plan_network(net.program, net.backward())
    found = [s for s in made.backward if isinstance(s, Contract)]
    stages = [s.stage for s in made.forward if isinstance(s, Pool)]
    return net, found[0].contraction, stages[0].phases if stages else (1, 1), made.choices


class Counting:
    """NumPy, but products of matrices are counted."""

    def __init__(self):
        self.products = self.multiplications = 0

    def __getattr__(self, name):
        return getattr(np, name)

    def matmul(self, left, right, out=None):
        made = np.matmul(left, right) if out is None else np.matmul(left, right, out=out)
        self.products += int(np.prod(made.shape[:-2]))
        self.multiplications += made.size * left.shape[-1]
        return made


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (text, form)
        for text in LAYERS
        for form in ("batch_last", "columns", "folded")
        if find_algorithm(form) in find_algorithms(contraction(text)[1])
    ],
)
def test_products_and_multiplications_are_those_of_the_module(text, form):
    net, made, phases, choices = contraction(text)
    compiled = net.compile("fast", forms=dict.fromkeys(choices, form))
    random, module, counting = np.random.default_rng(0), compiled.module, Counting()
    given = {}
    for t in [t for t in net.program.tensors if net.program.equation(t.key) is None]:
        given[compiled.arrays[t.key]] = random.standard_normal([int(n) for n in t.shape])
    seed = net.backward().seed
    delta = {compiled.arrays[seed.key]: random.standard_normal([int(n) for n in seed.shape])}
    module.np = counting
    values = compiled.forward(**given)
    compiled.backward(**given, **delta, values=values)
    roles = find_algorithm(form).work(read_sizes(made, int(made.batch), phases)).values()
    assert counting.products == sum(role.products for role in roles)
    assert counting.multiplications == sum(role.multiplications for role in roles)


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.name)
def test_costs_hold_for_any_batch(algorithm):
    text = "input x {}x3x12x12 | conv w 3x3 channels 4 padding 1 -> z"
    _, made, phases, _ = contraction(text.format("N"))
    (symbol,) = made.batch.free_symbols
    told = algorithm.work(read_sizes(made, symbol, phases))
    for n in (1, 7, 32):
        for role, work in algorithm.work(read_sizes(made, n, phases)).items():
            open_batch = Integer(0) + told[role].multiplications
            assert open_batch.xreplace({symbol: Integer(n)}) == work.multiplications


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("input x 2x3x12x12 | conv w 3x3 channels 4 -> z", "gathered"),
        ("input x Nx3x12x12 | conv w 3x3 channels 4 -> z", "batch_last"),
        ("input x 64x3x32x32 | conv w 5x5 channels 8 -> z | maxpool 2 -> p", "batch_last"),
        ("input x 8x3x112x112 | conv w 3x3 channels 32 stride 2 -> z", "columns"),
        ("input x 8x32x32x32 | conv w 5x5 channels 32 padding 4 dilation 2 -> z", "folded"),
        ("input x 8x64x32x32 | conv w 3x3 channels 64 padding 1 -> z", "folded"),
        ("input x 32x1x5x5 | conv w 2x2 channels 1 -> z", "matrix"),
    ],
)
def test_the_form_follows_from_the_sizes(text, form):
    _, _, _, choices = contraction(text)
    assert {c.algorithm.name for c in choices.values()} == {form}


def test_the_three_sums_of_a_layer_take_one_form():
    net = symconv.Network.example("lenet5")
    made = plan_network(net.program, net.backward())
    layers = {}
    for key, choice in made.choices.items():
        layers.setdefault(key[-1], set()).add(choice.algorithm)
    assert all(len(forms) == 1 for forms in layers.values())


def test_the_reason_is_the_time_beside_that_of_the_next_forms():
    _, made, phases, choices = contraction(LAYERS[0])
    known = estimate_times(made, phases)
    first, second, *_ = known
    assert choose(made, key="z").algorithm is first
    assert list(known.values()) == sorted(known.values())
    told = f"{second.name} {known[second] / known[first]:.1f} times that"
    assert told in choose(made, key="z").reason
    assert {c.reason for c in choices.values()} == {choose(made).reason}


def test_a_table_too_large_is_no_candidate():
    _, made, _, _ = contraction("input x 64x16x32x32 | conv w 3x3 channels 16 padding 1 -> z")
    gathered = find_algorithm("gathered")
    assert gathered in find_algorithms(made)
    assert gathered not in estimate_times(made)
    roles = gathered.work(read_sizes(made, 64)).values()
    assert max(role.fetched for role in roles) > TABLE


def test_work_adds_up_and_takes_longer_beyond_the_cache():
    work = count_copies(1000, 10) + count_products(2, 3, 4, 5) + OperationCount(calls=1)
    assert (work.copied, work.runs, work.products, work.multiplications) == (1000, 100, 2, 120)
    assert estimate_microseconds(work + work) == pytest.approx(2 * estimate_microseconds(work))
    assert estimate_microseconds(work.holding(10_000_000)) > estimate_microseconds(work)


def test_a_form_that_was_asked_for_is_taken_and_another_name_refused():
    _, made, _, _ = contraction(LAYERS[0])
    chosen = choose(made, PlanOverrides(forms={"z": "columns"}), "z")
    assert chosen.algorithm.name == "columns"
    with pytest.raises(SymconvError, match="no form is called"):
        PlanOverrides(forms={"z": "diagonal"})


def test_the_explanation_tells_what_is_held():
    net, made, phases, choices = contraction(LAYERS[0])
    text = report_plan(plan_network(net.program, net.backward()))
    held = 4 * count_work(made, choices["z"].algorithm, phases).held
    assert f"{held} bytes in between" in text
    assert choices["z"].reason in text


@pytest.mark.parametrize("maps", [1, 4, 8])
def test_runs_are_as_long_as_what_is_added_at_once_and_held_is_a_row_of_blocks(maps):
    """More maps make a run longer, not more of them; a row of blocks has 9 places of 5 images."""
    text = f"input x 5x3x9x8 | conv w 3x2 channels {maps} padding 1 -> z"
    sizes = read_sizes(contraction(text)[1], 5)
    # A sum for each of 3 taps down in each of 5 images, and what is copied of these, row by row.
    copied = find_algorithm("shifted_gemm").work(sizes)["kernel"]
    assert copied.runs == 5 * 3 + copied.held * 5 / 9
    assert find_algorithm("batch_last").work(sizes)["image"].held == maps * 9 * 5


def test_every_entry_is_fetched_as_often_as_the_most_windows_see_one():
    """The inverse of the table has a row for each: two of three taps meet at every other place."""
    _, made, phases, _ = contraction(LAYERS[1])
    gathered = next(a for a in ALGORITHMS if a.name == "gathered")
    work = gathered.work(read_sizes(made, 2, phases))
    seen = max(sum(0 <= u - 2 * i < 3 for i in range(-1, 7)) for u in range(2, 13))
    entries = 2 * 2 * 11 * 9
    assert work["image"].fetched == seen**2 * entries


def test_delta_is_brought_into_order_only_where_no_maximum_writes_it():
    """Of a gather: delta is copied for the gradient of the kernel, once for each of its numbers."""
    _, made, _, _ = contraction("input x 5x3x9x8 | conv w 2x3 channels 4 padding 0x1 -> z")
    work = find_algorithm("gather").work
    plain, staged = (work(read_sizes(made, 5, phases))["kernel"] for phases in ((1, 1), (2, 2)))
    assert (plain.copied, staged.copied) == (5 * 4 * 8 * 8, 0)
    assert (plain.products, plain.multiplications) == (staged.products, staged.multiplications)
