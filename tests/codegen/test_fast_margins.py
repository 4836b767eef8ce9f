"""Margins of zeros in the workspace: only where products swallow them, and never stale."""

import numpy as np
import pytest

from symconv.api import Network

DEPTHWISE = "input x 2x4x6x6 | conv w 3x3 channels 4 groups 4 padding {p} {more} -> z"


def arrays(net, seed):
    made = net.compile()
    rng = np.random.default_rng(seed)
    return made, rng.normal(size=(2, 4, 6, 6)), rng.normal(size=(4, 1, 3, 3))


@pytest.mark.parametrize("more", ["", "stride 2", "dilation 2"])
def test_a_grouped_convolution_keeps_its_margins(more):
    net = Network.parse(DEPTHWISE.format(p=2, more=more))
    readable, x, w = arrays(net, 1)
    fast, workspace = net.compile("fast"), {}
    assert "zero_pad(x" in net.numpy_source("fast")
    for scale in (1.0, -3.0):  # the second time with a workspace in which numbers stand
        z = readable.forward(x=scale * x, w=w).z
        values = fast.forward(x=scale * x, w=w, workspace=workspace)
        np.testing.assert_allclose(values.z, z)
        d = np.random.default_rng(2).normal(size=z.shape)
        found = fast.backward(x=scale * x, w=w, delta_z=d, workspace=workspace)
        wanted = readable.backward(x=scale * x, w=w, delta_z=d)
        for name in wanted._fields:
            np.testing.assert_allclose(getattr(found, name), getattr(wanted, name))
            for kept in workspace.values():
                assert not np.shares_memory(getattr(found, name), kept)
    assert workspace


def test_margins_of_one_shape_and_other_places_do_not_meet():
    made = Network.parse(
        "input x 2x4x6x6 | conv w 3x3 channels 4 groups 4 padding 1x1 padding_after 1x1 -> z"
        " | conv v 3x3 channels 4 groups 4 padding 2x0 padding_after 0x2 -> y"
    )
    rng = np.random.default_rng(3)
    given = {"x": rng.normal(size=(2, 4, 6, 6))}
    given |= {k: rng.normal(size=(4, 1, 3, 3)) for k in ("w", "v")}
    workspace = {}
    for _ in range(2):
        found = made.compile("fast").forward(**given, workspace=workspace)
        wanted = made.compile().forward(**given)
        np.testing.assert_allclose(found[-1], wanted[-1])


def test_what_is_returned_is_never_kept():
    source = Network.parse("input x 2x3x4x4 | pad 1 -> y").numpy_source("fast")
    assert "zero_pad(" not in source


@pytest.mark.parametrize("layers", ["tanh -> y", "avgpool 2 -> y", "maxpool 2 -> y | sse t -> C"])
def test_words_about_margins_do_not_make_a_workspace(layers):
    net = Network.parse(f"input x 2x4x12x12 | {layers}").titled("what np.pad(x) does")
    assert net.numpy_source("fast") == net.numpy_source()


@pytest.mark.parametrize("more", ["", " stride 2", " flip", " dilation 2 stride 2"])
def test_groups_of_several_filters_keep_their_margins(more):
    net = Network.parse(f"input x Nx4x6x6 | conv w 3x3 channels 8 groups 2 padding 2{more} -> z")
    assert "zero_pad(x" in net.numpy_source("fast")
    readable, fast, workspace = net.compile(), net.compile("fast"), {}
    rng = np.random.default_rng(0)
    for _ in range(3):
        x, w = rng.normal(size=(3, 4, 6, 6)), rng.normal(size=(8, 2, 3, 3))
        z = readable.forward(x=x, w=w).z
        d = rng.normal(size=z.shape)
        np.testing.assert_allclose(fast.forward(x=x, w=w, workspace=workspace).z, z)
        found = fast.backward(x=x, w=w, delta_z=d, workspace=workspace)
        wanted = readable.backward(x=x, w=w, delta_z=d)
        for name in wanted._fields:
            one = getattr(found, name)
            np.testing.assert_allclose(one, getattr(wanted, name), rtol=1e-10, atol=1e-12)
            assert not any(np.shares_memory(one, kept) for kept in workspace.values())
    assert workspace


@pytest.mark.parametrize(
    "text", ["input x NxCxHxW | concat x -> y", "input x Nx2x6x6 | avgpool 3 padding 1 -> y"]
)
def test_margins_that_nothing_keeps_are_left_to_the_readable_style(text):
    net = Network.parse(text)
    assert net.numpy_source("fast") == net.numpy_source()
