"""Proofs about maxima at all sizes: where the first largest stands, and its wrong twins."""

import pytest
from proving import DIFFERENT, PROVED, REFUSED, outcomes

POOL = "input x HxW | maxpool k1xk2 stride s padding p dilation d -> y"
SQUARE = "input x 4x4 | maxpool 2 -> y"
LINE = "input x n | maxpool k stride s -> y"
PADDED = "input x n | pad 1 -> z | maxpool k stride 1 -> y"
WINDOW = r"_{\substack{0 \le a < k_1 \\ 0 \le b < k_2}} x_{s u + d a - p, s v + d b - p}"
MASK, MAX = rf"[(m,n) = \argmax{WINDOW}]", rf"\max{WINDOW}"
SELECTED = (
    r"dC/dx_{i,j} = \sum_{u,v} \delta_{u,v} \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} "
    + MASK
    + r" [i = s u + d m - p] [j = s v + d n - p]"
)


def only(network, claim):
    """What becomes of a claim, which is the same under every reading."""
    (found,) = set(outcomes(network, claim))
    return found


LINE_MASK = r"[m = \argmax_{0 \le a < k} x_{s i + a}]"
SQUARE_MASK = r"[(m,n) = \argmax_{\substack{0 \le a < 2 \\ 0 \le b < 2}} x_{2 u + a, 2 v + b}]"
CHAIN = r"dC/dx_j = \sum_i \delta_i \sum_{m=0}^{k-1} %s \frac{\partial x_{s i + m}}{\partial x_j}"
BY_MAXIMUM = r"dC/dx_j = \sum_i \delta_i \frac{\partial}{\partial x_j}(\max_{0 \le a < k} %s)"

TWINS = [
    (
        POOL,
        f"y_{{u,v}} = {MAX}",
        [("d a", "a"), ("s v", "v"), ("- p,", ","), ("b < k_2", "b < k_1")],
    ),
    (
        POOL,
        SELECTED,
        [
            ("(m,n)", "(n,m)"),  # a mask at a wrong index
            ("s u + d a", "s v + d a"),  # windows swapped
            ("x_{s u + d a - p", "x_{u + d a - p"),  # a stride forgotten
            ("d b", "b"),  # a dilation forgotten
            ("s v + d b - p", "s v + d b"),  # a padding forgotten
            ("a < k_1", "a < k_2"),  # an extent of the other axis
            (r"0 \le b", r"1 \le b"),  # a place left out
            ("j = s v + d n", "j = s v + d m"),
            ("(m,n)", "(m+1,n)"),
        ],
    ),
    (
        LINE,
        CHAIN % LINE_MASK,
        [
            ("x_{s i + a}", "x_{s i - a}"),
            ("x_{s i + a}", "x_{s i + k - 1 - a}"),  # a tie broken the other way
            ("[m =", "[i ="),
            ("[m =", "[m - 1 ="),
            ("x_{s i + a}", "x_{i + a}"),
            ("a < k", "a < k - 1"),
        ],
    ),
    (
        LINE,
        BY_MAXIMUM % "x_{s i + a}",
        [("s i + a", "i + a"), ("a < k", "a < s"), (r"\delta_i", "y_i")],
    ),
    (
        LINE,
        (
            r"\sum_{i=0}^{2} \max_{0 \le a < k} x_{s i + a} "
            r"= \sum_{j=0}^{2} \max_{0 \le m < k} x_{s j + m}"
        ),
        [
            ("x_{s j + m}", "x_{s m + j}"),
            ("x_{s j + m}", "y_{s j + m}"),
            (r"= \sum", r"= 2 \sum"),
            (r"0 \le m", r"1 \le m"),
        ],
    ),
    (
        SQUARE,
        r"dC/dx_{2u+m,2v+n} = \delta_{u,v} " + SQUARE_MASK,
        [
            ("(m,n)", "(n,m)"),
            (r"0 \le a < 2 \\ 0 \le b < 2", r"0 \le b < 2 \\ 0 \le a < 2"),  # column by column
            ("2 u + a", "u + a"),
            ("x_{2 u + a, 2 v + b}", "x_{2 v + a, 2 u + b}"),
        ],
    ),
]


@pytest.mark.parametrize(("network", "right", "slips"), TWINS, ids=lambda x: str(x)[:40])
def test_the_right_mask_is_proved_and_no_slip_in_it(network, right, slips):
    assert only(network, right) == PROVED
    for old, new in slips:
        assert old in right
        assert only(network, right.replace(old, new, 1)) == DIFFERENT, (old, new)


def test_an_entry_that_is_zero_is_a_candidate_and_an_absent_one_is_none():
    """The maxima of z = pad(x) are not those of x, whose border counts as minus infinity."""
    assert only(PADDED, r"y_i = \max_{0 \le a < k} z_{i + a}") == PROVED
    assert only(PADDED, r"y_i = \max_{0 \le a < k} x_{i + a - 1}") == DIFFERENT
    mask = r"[m = \argmax_{0 \le a < k} %s]"
    claim = r"dC/dz_j = \sum_i \delta^y_i \sum_{m=0}^{k-1} %s [j = i + m]"
    assert only(PADDED, claim % (mask % "z_{i + a}")) == PROVED
    assert only(PADDED, claim % (mask % "x_{i + a - 1}")) == DIFFERENT


def test_the_last_largest_is_not_the_first():
    last = r"[k - 1 - m = \argmax_{0 \le a < k} x_{s i + k - 1 - a}]"
    assert only(LINE, CHAIN % last) == DIFFERENT


def test_indices_of_a_maximum_may_start_anywhere():
    mask = r"[m = \argmax_{%s} x_{s (i - 1) + a}] [j = s (i-1) + m]"
    claim = rf"dC/dx_j = \sum_{{i=1}}^{{n}} \delta_i \sum_{{m=%s}} {mask}"
    shifted, counted = "1 \\le a \\le k", "0 \\le a < k"
    assert set(outcomes(LINE, claim % ("1}^{k", shifted), "ij1")) == {PROVED}
    assert set(outcomes(LINE, claim % ("1}^{k", counted), "ij1")) == {DIFFERENT}


@pytest.mark.parametrize(
    "claim",
    [
        r"y_i = \max_{0 \le a < k} relu(x_{s i + a})",  # of a formula, which is 0 where x is absent
        r"y_i = \max_{0 \le a < k} 2 x_{s i + a}",
        r"y_i = \max_{0 \le a < k} (x_{s i + a} + x_0)",
        r"y_i = \min_{0 \le a < k} x_{s i + a}",
        r"y_i = \max_{a=0}^{i} x_{s i + a}",  # limits that move
        r"y_i = \max_{0 \le a < k} 1",
    ],
)
def test_what_is_no_maximum_of_entries_is_not_compared(claim):
    assert only(LINE, claim) == REFUSED
