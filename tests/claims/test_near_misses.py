"""Random near misses are never right, and true formulas in odd forms are never wrong."""

import sys
from collections import Counter

import pytest
from grids import REST
from paths import BENCHMARKS

pytest.importorskip("torch", reason="PyTorch's numbers say what is true")
sys.path.insert(0, str(BENCHMARKS))

from near_misses import Court, Source, show
from odd_forms import OddForms

SEED = 11
"""Any seed would do: the benchmarks are run with others."""

REFUSED = {"unreadable", "not checked"}


def judge_near_misses(count: int) -> Counter[str]:
    source, court, verdicts = Source(SEED), Court(), Counter()
    for _ in range(count):
        one = court.judge(source.near_miss())
        assert one.verdict not in {"right", "traceback"}, show(one)
        verdicts[one.verdict] += 1
    assert sum(verdicts[v] for v in REFUSED) <= max(1, 0.02 * count), verdicts
    return verdicts


def judge_odd_forms(count: int) -> Counter[str]:
    source, court, verdicts = OddForms(SEED), Court(), Counter()
    for _ in range(count):
        one = court.judge(source.claim())
        assert one.verdict not in {"wrong", "traceback"}, show(one)
        verdicts[one.verdict] += 1
    assert verdicts["right"] >= 0.9 * count, verdicts
    return verdicts


@pytest.mark.parametrize("count", [20, pytest.param(60, marks=REST)])
def test_a_near_miss_is_never_right(count):
    assert judge_near_misses(count)["wrong"] >= 5 / 6 * count


@pytest.mark.parametrize("count", [15, pytest.param(40, marks=REST)])
def test_a_true_formula_in_an_odd_form_is_never_wrong(count):
    judge_odd_forms(count)


@pytest.mark.long
def test_many_near_misses_are_never_right():
    judge_near_misses(1500)


@pytest.mark.long
def test_many_true_formulas_in_odd_forms_are_never_wrong():
    judge_odd_forms(500)


def test_what_counts_as_a_near_miss_has_numbers_that_show_it_false():
    claims = [Source(SEED).near_miss() for _ in range(3)]
    assert all(abs(c.witness.left - c.witness.right) > 1e-6 for c in claims)
