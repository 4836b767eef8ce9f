"""Loops that run side by side over whole axes are written as one, and no others."""

import re

import pytest

from symconv import Network


def heads(text, key, isa="scalar"):
    """How far each loop of the equation of `key` runs, in the order of the file."""
    source = Network.parse(text).generate_c(isa=isa).source
    body = re.search(rf"/\* (\(\d+\) )?{re.escape(key)} \*/\n(.*?)\n}}\n", source, re.DOTALL)[2]
    return [int(n) for n in re.findall(r"for \(int \w+ = 0; \w+ < (\d+);", body)]


@pytest.mark.parametrize(
    ("text", "key", "extents"),
    [
        ("input x 3x2x4x5 | relu -> y", "y", [120]),
        ("input x 3x2x4x5 | sigmoid -> y | sse t", "delta y", [120]),
        # A scale of each channel holds the channel and the samples apart, and rows together.
        ("input x 3x2x4x5 | scale -> y", "y", [3, 2, 20]),
        # Windows: samples and channels alone run side by side.
        ("input x 3x2x4x6 | maxpool 2 -> y", "y", [6, 2, 3, 2, 2]),
        ("input x 3x2x4x6 | flatten -> y", "y", [3, 2, 4, 6]),
        ("input x 3x4 channels none | y[i,j] = x[j,i] for i<4, j<3", "y", [4, 3]),
        ("input x 3x4 channels none | y[i,j] = x[i,j] + x[i,0] for i<3, j<4", "y", [3, 4]),
        ("input x 3x4 channels none | y[i,j] = x[i,j] * [j = 2] for i<3, j<4", "y", [3, 4]),
        ("input x 3x5 channels none | y[i,j] = x[i,j] for i<3, j<4", "y", [3, 4]),
        ("input x 4x4 channels none | y[i,j] = x[i,j] + x[j,i] for i<4, j<4", "y", [4, 4]),
        ("input x 4x5 channels none | y[i,j] = x[i,j] - sum(k<5) x[2,k] for i<4, j<5",
         "y", [5, 4, 5]),
    ],
)  # fmt: skip
def test_loops_over_whole_axes_side_by_side_are_one(text, key, extents):
    assert heads(text, key) == extents


def test_axes_of_one_entry_are_left_out():
    """A batch of one sample is no axis of what is written: nobody has to read past its zeros."""
    text = "input x 2x1x4x6 | relu -> y | maxpool 2 -> p"
    source = Network.parse(text).generate_c().source
    assert "y[j] = real_relu(x[j]);" in source
    assert re.search(r"const real entry = y\[\w+\]\[2 \* \w+( \+ \w+)?\]\[2 \* \w+", source)
    assert re.search(r"p\[\w+\]\[\w+\]\[\w+\] = ", source)
