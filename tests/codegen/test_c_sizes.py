"""C files stay small enough to be read, whatever they are written for."""

import pytest
from c_programs import list_networks
from grids import slice_of
from paths import ROOT

from symconv import Network

KINDS = [
    (isa, dtype) for isa in ("avx512", "avx2", "neon", "scalar") for dtype in ("float32", "float64")
]
LIMIT = 60_000
"""The bytes of a C file that somebody may still read through."""


def count_bytes(network, isa, dtype):
    return len(network.generate_c(isa=isa, dtype=dtype).source.encode())


def lenet(monkeypatch, batch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from speed_cases import LENET

    return Network.parse(LENET.format(batch=batch))


@pytest.mark.parametrize(
    ("batch", "kind"), slice_of([(b, kind) for b in ("1", "32", "256") for kind in KINDS], 24)
)
def test_lenet_is_below_the_limit(batch, kind, monkeypatch):
    assert count_bytes(lenet(monkeypatch, batch), *kind) < LIMIT


@pytest.mark.parametrize(("isa", "dtype"), slice_of(KINDS, 8))
def test_lenet_with_an_open_batch_is_below_the_limit_too(isa, dtype, monkeypatch):
    assert count_bytes(lenet(monkeypatch, "N"), isa, dtype) < LIMIT


@pytest.mark.rest
@pytest.mark.long
@pytest.mark.parametrize(("isa", "dtype"), KINDS)
def test_every_layer_is_below_the_limit(isa, dtype):
    assert max(count_bytes(network, isa, dtype) for network in list_networks()) < LIMIT
