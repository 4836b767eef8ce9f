"""Letters that symconv gives are never those of the person, and no two kinds of values share one
by accident: norms may stand in a row, mixed, and beside tensors called like what norms compute."""

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

NORMS = ("batchnorm", "layernorm", "instancenorm", "groupnorm groups 2", "rmsnorm")


def keys(text):
    return [t.key for t in Network.parse(text).program.tensors]


@pytest.mark.parametrize("second", NORMS)
@pytest.mark.parametrize("first", NORMS)
def test_two_norms_in_a_row_count_what_they_compute(first, second):
    found = keys(f"input x Nx4x2x2 | {first} | {second} | sse t -> C")
    assert len(set(found)) == len(found)
    assert {"nu^1", "nu^2", "y^1", "y^2"} <= set(found)
    means = sum(norm != "rmsnorm" for norm in (first, second))
    assert sum(key.startswith("mu") for key in found) == means


@pytest.mark.parametrize(
    "text",
    [
        "input x Nx4x2x2 | rmsnorm | batchnorm | sse t -> C",
        "input nu Nx4x2x2 | rmsnorm | layernorm | sse t -> C",
        "input mu Nx4x2x2 | batchnorm weight nu | sse t -> C",
        "input nu Nx4x2x2 | batchnorm weight mu bias u | instancenorm | sse y -> C",
    ],
)
def test_norms_beside_any_names_are_right(text):
    checks = Network.parse(text).verify(draws=1)
    assert [c.line for c in checks if not c.passed] == []


@pytest.mark.parametrize("letter", ["nu", "mu", "y", "u", "g", "z", "a", "p", "h", "v", "C"])
@pytest.mark.parametrize("place", range(3))
def test_an_own_letter_means_nothing_else(letter, place):
    words = [letter if k == place else other for k, other in enumerate(("q", "r", "s"))]
    stages = "conv {1} 1x1 channels 4 | batchnorm | relu | rmsnorm | maxpool 2 | flatten | sse {2}"
    found = keys(("input {0} Nx4x2x2 | " + stages).format(*words))
    assert len(set(found)) == len(found)
    assert letter in found


def test_all_spare_letters_may_be_taken():
    taken = ("u", "g", "f", "h", "q", "v", "s", "k", "nu", "nux", "nuxx", "mu")
    convs = " | ".join(f"conv {c}{c} 1x1 channels 2 -> {c}" for c in taken)
    found = keys(f"input x Nx2x2x2 | {convs} | batchnorm | sse t -> C")
    assert "nuxxx" in found
    assert len(set(found)) == len(found)


def test_every_letter_of_a_cost_may_be_taken():
    network = Network.parse("input C 4 batch N | dense E L -> Cost")
    assert network.backward().cost.key == "Costx"


def test_a_person_still_gives_a_letter_to_one_kind_only():
    with pytest.raises(SymconvError, match="the name 'w' is given twice"):
        Network.parse("input x 3x3 | conv w 2x2 | sse w -> C")


@pytest.mark.parametrize(
    "stage", ["conv w KxK -> z", "maxpool 2 stride 1xK -> z", "conv w 2 padding K -> z"]
)
def test_a_size_and_a_tensor_of_one_name_are_refused_wherever_the_size_stands(stage):
    with pytest.raises(SymconvError, match="'K' names both a size and a tensor"):
        Network.parse(f"input x 9x9 | {stage} | half_sse K")


@pytest.mark.parametrize(
    "text",
    [
        "input x 1x9 channels none batch N | conv w 1x3 channels 4 stride s -> z",
        "input x 2xHxH | maxpool 3x2 stride s -> z",
        "input x 2xH_zxH | avgpool 3x2 stride s -> z",
        "input x HxH | z[i,j] = sum(m<2,n<3) w[m,n] x[2 i + m - 1, 2 j + n - 1]",
    ],
)
def test_axes_of_different_lengths_have_sizes_of_their_own(text):
    network = Network.parse(text)
    sizes = {d.symbol for d in network.program.sizes}
    assert sizes == set(network.tensor("z").shape[-2:])
    assert len(sizes) == 2
    assert not sizes & set(network.tensor("x").shape)
