"""Which contractions are correlations over windows, and with which geometry: by indices alone."""

import pytest
from kept_networks import parse_once

from symconv.core.tree import walk
from symconv.lower.equations import lower_equations
from symconv.lower.ir import Correlate


def correlations(text):
    """The correlations of both passes, by the key of the tensor that they compute."""
    backward = parse_once(text).backward()
    program = backward.program
    tensors = {t.key: t for t in (*program.tensors, *backward.results)}
    if backward.seed is not None:
        tensors[backward.seed.key] = backward.seed
    found = {}
    for e in program.equations:
        lowered = lower_equations(tensors, (e,), program.sizes, correlates=True)
        found.update((e.key, node) for node in walk(lowered, Correlate))
    return found


def geometry(node):
    return [tuple(map(str, (a.stride, a.dilation, a.spread, a.before, a.after))) for a in node.axes]


def test_the_three_passes_of_a_convolution_differ_in_their_geometry_alone():
    found = correlations(
        "input x Nx3x9x9 | conv w 3x3 channels 4 stride 2 padding 1 dilation 2 -> z"
    )
    assert geometry(found["z"])[0] == ("2", "2", "1", "1", "1")
    assert geometry(found["gradient w"])[0] == ("2", "2", "1", "1", "1")
    assert geometry(found["gradient x"])[0] == ("1", "2", "2", "3", "3")
    assert [found[k].layout for k in ("z", "gradient w", "gradient x")] == [
        ("NCHW", "OIHW", "NCHW"),
        ("CNHW", "IOHW", "CNHW"),
        ("NCHW", "IOHW", "NCHW"),
    ]


def test_open_sizes_stay_names():
    found = correlations("input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d")
    assert geometry(found["z"])[0][:4] == ("s", "d", "1", "p")
    assert geometry(found["gradient x"])[0][:4] == ("1", "d", "s", "d*k1 - d - p")


@pytest.mark.parametrize("layer", ["conv w 3x3", "transposed_conv w 3x3 stride 2"])
def test_groups_are_of_features_and_in_the_gradient_by_the_kernel_of_samples(layer):
    found = correlations(f"input x 2x4x6x6 | {layer} channels 6 groups 2 -> z")
    counts = {k: (n.feature_groups, n.sample_groups) for k, n in found.items()}
    assert counts == {"z": (2, 1), "gradient w": (1, 2), "gradient x": (2, 1)}


def test_a_depthwise_convolution_has_a_group_for_each_channel():
    found = correlations("input x 2x4x6x6 | conv w 3x3 channels 4 groups 4 -> z")
    assert {(n.feature_groups, n.sample_groups) for n in found.values()} == {(4, 1), (1, 4)}


@pytest.mark.parametrize("space", ["9", "9x8", "5x6x7"])
def test_space_may_have_one_to_three_axes(space):
    kernel = "x".join("2" for _ in space.split("x"))
    found = correlations(f"input x {space} channels 2 batch 3 | conv w {kernel} channels 3 -> z")
    assert len(found) == 3
    assert {len(n.axes) for n in found.values()} == {kernel.count("x") + 1}


def test_where_places_are_fewer_than_taps_the_taps_are_still_the_kernel():
    found = correlations("input x 2x3x6x6 | conv w 3x3 channels 4 stride 2 flip -> z")
    assert geometry(found["gradient x"])[0] == ("1", "1", "2", "2", "3")


def test_an_equation_of_ones_own_is_one_where_its_indices_say_so():
    found = correlations("input x 2x9 | y[o,i] = sum(c<2, m<3) w[o,c,m] x[c, 2 i + m] for o<4, i<4")
    assert geometry(found["y"]) == [("2", "1", "1", "0", "0")]
    assert {"y", "gradient w", "gradient x"} == set(found)


@pytest.mark.parametrize(
    "text",
    [
        "input x 5 batch N | dense w 3 -> h",
        "input x 4x5 | y[i,q] = sum(r) x[i,r] w[q,r] for q<3",
        "input x 2x3x5x5 | local w 3x3 channels 2",
        "input x 2x3x6x6 | avgpool 2",
        "input x 5x5 | y[i] = sum(m<3) w[m] x[i + m, m] for i<3",
        "input x 5x5 | y[i] = sum(m<5) w[m] x[i - m, m] for i<5",
        "input x 2x3x6x6 | maxpool 2 stride 1",
        "input x Nx2x3x4 | tanh -> a | matmul x transposed -> y",
        "input x NxT | embedding w 5x3",
        "input x 6 | y[q] = sum(r, v) x[r] A[q,r,v] x[v] for q<3",
    ],
)
def test_what_has_no_windows_of_one_kernel_is_none(text):
    assert correlations(text) == {}
