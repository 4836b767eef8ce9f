"""The yardsticks of the benchmarks compute what the generated modules compute."""

import importlib
import sys

import numpy as np
import pytest
from paths import BENCHMARKS

from symconv.api import Network

FOLDER = str(BENCHMARKS)
LAYERS = (
    {"padding": 1},
    {"stride": 2, "padding": 1},
    {"dilation": 2, "padding": 2},
    {"groups": 2, "padding": 1},
)


@pytest.fixture(scope="module")
def benchmarks():
    """The scripts, which import each other by name."""
    sys.path.insert(0, FOLDER)
    names = ("textbook", "speed_cases", "rivals")
    yield {name: importlib.import_module(name) for name in names}
    sys.path.remove(FOLDER)


def cases(speed_cases):
    """Every kind of network, small."""
    small = [speed_cases.layer("", (2, 4, 7, 7), 4, 3, (), **options) for options in LAYERS]
    return [speed_cases.forum(3, (1, 1), (1, 1)), speed_cases.lenet(2, (1, 1), (1, 1)), *small]


def test_textbook_and_torch_agree_with_the_module(benchmarks):
    for case in cases(benchmarks["speed_cases"]):
        network = Network.parse(case.text)
        compiled, backward = network.compile(), network.backward()
        given = [t for t in network.program.tensors if network.program.equation(t.key) is None]
        given += [backward.seed] if backward.seed else []
        shapes = {t.key: tuple(int(n) for n in t.shape) for t in given}
        classes = 10 if case.kind == "lenet" else 0
        arrays = benchmarks["speed_cases"].arrays(shapes, "float64", classes)
        known = {compiled.arrays[k]: a for k, a in arrays.items()}
        seeds = {compiled.arrays[backward.seed.key]} if backward.seed else set()
        values = compiled.forward(**{k: a for k, a in known.items() if k not in seeds})
        right = compiled.backward(**known, values=values)._asdict()
        for way in ("im2col", "tensordot"):
            found = benchmarks["textbook"].NETWORKS[case.kind](arrays, way, case.options)
            assert_same(found, right)
        pytest.importorskip("torch")
        step = benchmarks["rivals"].torch_step(case.kind, arrays, "", case.options)
        assert_same({k: g.numpy() for k, g in step().items()}, right)


def assert_same(found, right):
    assert found.keys() == right.keys()
    for name, gradient in right.items():
        np.testing.assert_allclose(found[name].reshape(gradient.shape), gradient, atol=1e-10)


def test_every_row_names_who_takes_part(benchmarks):
    known = benchmarks["speed_cases"]
    rows = [
        aim for case in known.CASES for kind in ("float32", "float64") for aim in case.aimed(kind)
    ]
    assert len(rows) > 30
    assert {a.against for a in rows} == {known.TORCH, known.BEST, known.JAX, known.IM2COL}
    assert all(a.goal >= a.floor > 0 for a in rows)
