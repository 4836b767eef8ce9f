"""Sizes that are tried leave no tensor empty, and a claim must hold at every one of them."""

import pytest

from symconv.api import Network
from symconv.structure.sampled_sizes import all_read, always_met, claim_holds, sample_axis
from symconv.structure.sliding_window import find_sliding_windows
from symconv.structure.smallest_sizes import choose_smallest_sizes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("input x n | y[i] = x[i + 1] for i<n-1", 2),
        ("input x n | y[i] = x[i + 2] for i<n-2", 3),
        ("input x n | y[i] = x[i + 3] for i<n-3", 4),
    ],
)
def test_the_smallest_sizes_leave_no_tensor_empty(text, size):
    assert list(choose_smallest_sizes(Network.parse(text).program).values()) == [size]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("input x NxCxHxW | conv w kxl channels F -> z", "C=1 F=1 H=3 N=1 W=3 k=2 l=2"),
        ("input x CxHxW | maxpool kxk -> p", "C=1 H=4 H_p=2 W=4 W_p=2 k=2"),
    ],
)
def test_one_sample_and_one_channel_show_as_much_as_two(text, sizes):
    found = choose_smallest_sizes(Network.parse(text).program)
    assert " ".join(sorted(f"{s}={n}" for s, n in found.items())) == sizes


@pytest.mark.parametrize(
    ("claim", "paddings", "holds"),
    [
        (always_met, (0,), True),
        (always_met, (1,), False),
        (always_met, (0, 1), False),
        (always_met, (1, 0), False),
        (always_met, (), False),
        (all_read, (0, 1), True),
    ],
)
def test_a_claim_holds_where_it_is_true_at_all_sizes(claim, paddings, holds):
    program = Network.parse("input x H | conv w k padding p -> z").program
    ((window,),) = (s.reaches for e in program.equations for s in find_sliding_windows(e))
    names = {s.name: s for s in program.free_sizes}
    given = [{names["H"]: 5, names["k"]: 2, names["p"]: p} for p in paddings]
    for sizes in given:
        sizes |= {d.symbol: sizes[names["H"]] + 2 * sizes[names["p"]] - 1 for d in program.sizes}
    assert claim_holds(window, tuple(sample_axis(window, s) for s in given), claim) == holds
