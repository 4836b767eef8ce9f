"""Every layer and hundreds at random as C files: the numbers, and what the sanitizers see.

They are the proof of the style; `benchmarks/c_errors.py` prints the worst errors, and can be
stopped and continued.
"""

import pytest
from c_programs import plan_everything
from c_style import NEEDS_COMPILER
from c_sweep import ALL, Finding, Record, list_layers, sweep

pytestmark = NEEDS_COMPILER
PARTS = 12
RANDOM = 300


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        plan_everything(patch)
        yield patch


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_layer_and_random_ones_agree_in_every_way(part, tmp_path):
    """All compilers, vectors, types of numbers, tiles and sanitizers that are there."""
    ways = [way for way, setting in ALL.items() if not setting.find_missing()]
    found = list(sweep(list_layers(RANDOM)[part::PARTS], Record(), ways, tmp_path))
    assert not [finding for finding in found if finding.fails]
    assert {"gcc, AVX-512", "sanitizers, AVX-512"} <= {finding.way for finding in found}


def test_a_finding_is_read_from_its_record_again(tmp_path):
    record, finding = Record(tmp_path / "record"), Finding("tcc", "random 7", 1e-6, 2e-6, "w")
    record.add("a key", finding)
    record.add("another", Finding("tcc", "random 8", 1e-6, said="a warning"))
    known = Record(tmp_path / "record").known
    assert known["a key"] == finding
    assert [known[key].fails for key in ("a key", "another")] == [True, True]
    assert not Finding("tcc", "random 9", 1e-6, 2e-6, "w", numpy=1e-6).fails
