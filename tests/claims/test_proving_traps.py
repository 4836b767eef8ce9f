"""Where a proof could go wrong: each of these claims is wrong, and something like it is right."""

import pytest
from proving import DIFFERENT, PROVED, REFUSED, outcomes

SQUARE = "input x nxn | relu -> y"
FLAT = "input x HxW | conv w k1xk2 -> z"
LINE = "input a n | conv h k -> c"
STRIDE = "input a n | conv h k stride s -> c"
DENSE = "input u n batch B | dense A m bias g -> v"
UPSAMPLED = "input x n | upsample k -> y"
SIGMOID = "input x n | sigmoid -> y"


def only(network, claim):
    """What becomes of a claim, which is the same under every reading."""
    (found,) = set(outcomes(network, claim))
    return found


@pytest.mark.parametrize(
    ("network", "right", "wrong"),
    [
        # An index bound within a function is another one than that outside.
        (
            SQUARE,
            r"\sum_b relu(\sum_r x_{b,r}) = \sum_i relu(\sum_j x_{i,j})",
            r"\sum_b relu(\sum_r x_{b,r}) = \sum_b relu(\sum_r x_{r,b})",
        ),
        (
            SQUARE,
            r"\sum_b y_{b,b} = \sum_r relu(x_{r,r})",
            r"\sum_b y_{b,b} = \sum_r relu(\sum_b x_{r,b})",
        ),
        # Limits: the bounds of all entries of a product count, and those of this product only.
        (
            LINE,
            r"dC/dh_m = \sum_{i=0}^{n+k} \delta_i a_{i+m}",
            r"dC/dh_m = \sum_{i=0}^{n-k-1} \delta_i a_{i+m}",
        ),
        (
            LINE,
            r"\sum_{i=0}^{n+k} (\delta_i a_i + 2) = \sum_i \delta_i a_i + 2 (n + k + 1)",
            r"\sum_{i=0}^{n+k} (\delta_i a_i + 2) = \sum_i (\delta_i a_i + 2)",
        ),
        (
            SIGMOID,
            r"\sum_{i=0}^{n-1} y_i = \sum_{i=0}^{n-1} \sigma(x_i)",
            r"\sum_{i=0}^{n} y_i = \sum_{i=0}^{n} \sigma(x_i)",
        ),
        # A value is absent beyond its range, where its formula is something else: 1/2.
        (
            SIGMOID,
            r"\sum_{i=0}^{n-2} y_{i+1} = \sum_{i=0}^{n-2} \sigma(x_{i+1})",
            r"\sum_{i=0}^{n-1} y_{i+1} = \sum_{i=0}^{n-1} \sigma(x_{i+1})",
        ),
        # An index with a factor is an integer: every second weight is not every weight.
        (
            LINE,
            r"dC/da_i = \sum_m \delta_{i-m} h_m",
            r"dC/da_i = \sum_{m=0}^{k-1} \delta_{i-2m} h_{2m}",
        ),
        (
            STRIDE,
            r"dC/da_j = \sum_m \delta_{(j-m)/s} h_m",
            r"dC/da_j = \sum_m \delta_{j/s-m} h_m",
        ),
        # Squares: two factors of one tensor, in whatever order.
        (
            SQUARE,
            r"\sum_{i,j} x_{i,j} x_{j,i} = \sum_{i,j} x_{j,i} x_{i,j}",
            r"\sum_{i,j} x_{i,j} x_{i,j} = \sum_{i,j} x_{i,j} \sum_{m,n} x_{m,n}",
        ),
        (
            SQUARE,
            r"\sum_{i,j,l} x_{i,j} x_{j,l} x_{l,i} = \sum_{a,b,c} x_{c,a} x_{b,c} x_{a,b}",
            r"\sum_{i,j,l} x_{i,j} x_{j,l} x_{l,i} = \sum_{a,b,c} x_{a,c} x_{b,c} x_{a,b}",
        ),
        # Only what is never 0 is divided by.
        (SIGMOID, r"\frac{y_i}{y_i} = 1", r"\frac{x_i}{x_i} = 1"),
        # Powers that are not whole: of a root, which of a square is no number without its sign.
        (
            SIGMOID,
            r"(1 + x_i^2)^{3/2} = (1 + x_i^2) \sqrt{1 + x_i^2}",
            r"(1 + x_i^2)^{3/2} = (1 + x_i^2)^2 \sqrt{1 + x_i^2}",
        ),
        (
            SIGMOID,
            r"\frac{y_i}{(1 + x_i^2)^{3/2}} = y_i (1 + x_i^2)^{-1/2} (1 + x_i^2)^{-1}",
            r"\frac{y_i}{(1 + x_i^2)^{3/2}} = y_i (1 + x_i^2)^{-1/2} (1 + x_i^2)^{-2}",
        ),
        (
            SIGMOID,
            r"(1 + x_i^2)^{-3/2} (1 + x_i^2)^{-1/2} = \frac{1}{1 + x_i^2} \frac{1}{1 + x_i^2}",
            r"(1 + x_i^2)^{-3/2} (1 + x_i^2)^{-1/2} = \frac{1}{1 + x_i^2}",
        ),
        (SIGMOID, r"(x_i^2)^{3/2} = x_i^2 \sqrt{x_i^2}", r"(x_i^2)^{3/2} = x_i^3"),
        (
            LINE,
            r"\frac{n k}{k} \delta_i = n \delta_i",
            r"\frac{n k}{n} \delta_i = n \delta_i",
        ),
    ],
)
def test_of_two_that_look_alike_the_right_one_is_proved(network, right, wrong):
    assert only(network, right) == PROVED
    assert only(network, wrong) == DIFFERENT


BLOCKS = r"dC/dx_j = \sum_{i=0}^{n-1} \sum_{m=%s} \delta_{%s} \frac{\partial y_{%s}}{\partial x_j}"
PLACES = r"\sum_{i=0}^{n-1} \sum_{m=0}^{k-1} \delta_m 1[%s < k] = \sum_{m=0}^{k-1} \delta_m"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            BLOCKS % ("0}^{k-1", "k i+m", "k i+m"),
            [
                BLOCKS % ("0}^{k", "k i+m", "k i+m"),
                BLOCKS % ("1}^{k-1", "k i+m", "k i+m"),
                BLOCKS % ("0}^{k-1", "k i+m", "k i+m+1"),
                BLOCKS % ("0}^{k-1", "k i+m", "k j+m"),
            ],
        ),
        (
            BLOCKS % ("-1}^{k-2", "k i+m+1", "k i+m+1"),
            [BLOCKS % ("-1}^{k-2", "k i+m", "k i+m")],
        ),
        (PLACES % "k i + m", [PLACES % "i + m", PLACES % "k i - m", PLACES % "k i + m - 1"]),
    ],
)
def test_a_place_is_a_block_and_a_place_within_in_one_way(right, wrong):
    """0 <= k (i - j) + m < k says that i = j, but only where 0 <= m < k does."""
    assert only(UPSAMPLED, right) == PROVED
    assert PROVED not in [only(UPSAMPLED, claim) for claim in wrong]


def test_a_number_of_terms_is_counted_only_where_it_is_never_negative():
    count = r"\sum_{u=0}^{%s} \delta_{0,0} = (%s) \delta_{0,0}"
    assert only(FLAT, count % ("H-k_1", "H-k_1+1")) == PROVED
    # There are no k1 - k2 + 1 of them where k1 < k2.
    assert only(FLAT, count % ("k_1-k_2", "k_1-k_2+1")) != PROVED
    assert only(FLAT, count % ("k_1-2", "k_1-1")) == PROVED
    assert only(FLAT, count % ("k_1-3", "k_1-2")) != PROVED


@pytest.mark.parametrize(
    "claim",
    [r"\frac{n-1}{n-1} \delta_i = \delta_i", r"\frac{\delta_i}{k-1} = \frac{\delta_i}{k-1}"],
)
def test_a_division_by_a_size_that_may_be_zero_is_refused(claim):
    assert only(LINE, claim) == REFUSED


def test_a_letter_that_is_also_a_size_is_no_index():
    network = "input x rxr | relu -> y"
    assert only(network, r"\delta^x_{i,j} = \delta^y_{i,j} 1[x_{i,j} > 0]") == PROVED
    assert only(network, r"\delta^x_{r,i} = \delta^y_{r,i} 1[x_{r,i} > 0]") == REFUSED
    assert only(network, r"\sum_{r} y_{r,r} = \sum_i relu(x_{i,i})") == PROVED


@pytest.mark.parametrize(
    ("network", "claim"),
    [
        (LINE, r"dC/dh_m = \sum_{i=0}^{4} \delta_i a_{i+m}"),
        (LINE, r"dC/dh_m = \sum_i \delta_i a_{i+m} + (n-1)(n-2)(n-3)(n-4)(n-5)(n-6)(n-7)(n-8)"),
        (DENSE, r"dC/dA_{i,j} = \sum_{b=0}^{2} \delta_{b,i} u_{b,j}"),
        (DENSE, r"dC/dg_i = \sum_b \delta_{b,i} (1 + (B-1)(B-2)(B-3))"),
        (DENSE, r"dC/dg_i = \sum_{b=0}^{m-1} \delta_{b,i}"),
        (STRIDE, r"dC/dh_m = \sum_i \delta_i a_{3 i + m}"),
        (FLAT, r"dC/dw_{m,n} = \sum_{i=0}^{W-k_1}\sum_{j=0}^{W-k_2} \delta_{i,j} x_{i+m,j+n}"),
    ],
)
def test_what_holds_at_the_sizes_that_were_tried_is_not_proved(network, claim):
    assert set(outcomes(network, claim)) == {DIFFERENT}


def test_which_entry_is_largest_is_not_proved_by_a_value_that_may_be_equal():
    network = "input x 4 | maxpool 2 -> p"
    assert PROVED not in outcomes(network, r"dC/dx_{2i+m} = \delta_i 1[x_{2i+m} = p_i]")
    assert PROVED not in outcomes(network, r"\frac{\partial p_0}{\partial x_0} = 1[x_0 > x_1]")


def test_how_a_product_is_read_may_not_depend_on_the_sizes():
    # Two vectors of one length have a dot product, and of two lengths an outer one.
    found = outcomes("input u n | dense A m bias g -> z", r"dC/dA = \delta u")
    assert PROVED not in found
    assert PROVED in outcomes("input u n | dense A m bias g -> z", r"dC/dA = \delta u^T")


def test_a_derivative_of_an_error_signal_is_not_taken_for_zero():
    network = "input x n | sigmoid -> y | half_sse t -> C"
    assert only(network, r"\frac{\partial \delta^y_i}{\partial y_i} = 0") == REFUSED
    assert only(network, r"\frac{\partial t_i}{\partial y_j} = 0") == PROVED


def test_a_whole_number_among_fractions_is_an_integer():
    network = "input x 5 | conv w 1 stride 2 -> y"
    assert PROVED in outcomes(network, r"dC/dx_4 = \delta_{4/2} w_0")
    assert PROVED not in outcomes(network, r"dC/dx_4 = 0")
    assert PROVED in outcomes(network, r"dC/dx_3 = 0")
