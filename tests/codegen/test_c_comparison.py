"""The plan of the fast style says how much faster C would be: near what was measured."""

import re

import pytest
from paths import ROOT

from symconv import Network

MEASURED = {
    "conv-pool-sigmoid-dense, batch 1": 20.0,
    "conv-pool-sigmoid-dense, batch 256": 4.3,
    "LeNet-5, batch 1": 5.9,
    "stem 3->32, stride 2": 2.5,
    "16->32 3x3": 2.2,
}
"""What `benchmarks/speed.py` shows of C against the fast style, on a processor with AVX-512."""


def load_cases(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from speed_cases import CASES

    return {case.name: case.text for case in CASES}


def told(text):
    """How many times as fast C is told to be; None where nothing is told."""
    line = Network.parse(text).plan("fast").splitlines()[0]
    found = re.search(r"C is ([\d.]+) times as fast", line)
    return float(found[1]) if found else None


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_told_is_within_half_of_what_was_measured(name, monkeypatch):
    ratio = told(load_cases(monkeypatch)[name])
    assert MEASURED[name] / 1.5 <= ratio <= 1.5 * MEASURED[name]


def test_both_times_are_told_first():
    first, second, *_ = Network.parse("input x 8x4x4 | relu -> y").plan("fast").splitlines()
    assert re.fullmatch(
        r"a step takes about [\d.]+ us here and [\d.]+ us in C \(--style c --isa avx512\): C is .*",
        first,
    )
    assert second == "forward" or "number by number" in second


@pytest.mark.parametrize(
    "text", ["input x NxCxHxW | conv w 3x3 channels 4 -> z", "input x N | relu"]
)
def test_nothing_is_told_of_sizes_that_are_open(text):
    assert "in C (" not in Network.parse(text).plan("fast")


def test_other_styles_tell_nothing_of_c():
    assert "in C (" not in Network.parse("input x 8x4x4 | relu -> y").plan("readable")
