"""Claims that are wrong in one corner only: never right; and their right twins: never wrong."""

from collections.abc import Iterator
from itertools import product

import pytest
from grids import deal, parts
from kept_networks import parse_once

from symconv import Network
from symconv.claims import check_claim

NEVER_RIGHT = {"wrong", "undetermined", "not checked", "right under a condition"}
NEVER_WRONG = {"right", "undetermined"}


def softmax(k: int | str) -> str:
    return rf"\frac{{\exp(u_{{{k}}})}}{{\sum_j \exp(u_j)}}"


def pools() -> Iterator[tuple[str, str]]:
    """Every entry of every window is said to get nothing."""
    for sizes, pool in (
        ("4x4", "2"), ("3x3", "2 stride 1"), ("5x5", "3 stride 2"), ("6x6", "3"), ("2x6", "2x3"),
        ("4x4", "3x3 stride 1 padding 1"),
    ):  # fmt: skip
        rows, columns = map(int, sizes.split("x"))
        for i, j in product(range(rows), range(columns)):
            yield f"input u {sizes} | maxpool {pool} -> p | sse t -> E", f"dE/du_{{{i},{j}}} = 0"


def classes() -> Iterator[tuple[str, str]]:
    """The softmax without its label, for every class."""
    for count in (10, 40):
        for k in range(count):
            network = f"input u {count} | cross_entropy l labels -> E"
            yield network, rf"dE/du_{{{k}}} = {softmax(k)}"
    for n, k in product(range(3), range(4)):
        share = rf"\frac{{\exp(u_{{{n},{k}}})}}{{\sum_j \exp(u_{{{n},j}})}}"
        network = "input u 4 batch 3 | cross_entropy l labels -> E"
        yield network, rf"dE/du_{{{n},{k}}} = \frac13 {share}"


def limits() -> Iterator[tuple[str, str]]:
    """A whole number where a size belongs, in every sum in turn."""
    dense = "input x Q batch N | dense W F bias b -> z | half_sse t -> E"
    for top in range(8):
        yield dense, rf"dE/db_f = \sum_{{n=0}}^{{{top}}} (z_{{n,f}} - t_{{n,f}})"
        yield dense, rf"dE/dx_{{n,q}} = \sum_{{f=0}}^{{{top}}} (z_{{n,f}} - t_{{n,f}}) W_{{f,q}}"
        yield dense, rf"z_{{n,f}} = b_f + \sum_{{q=0}}^{{{top}}} W_{{f,q}} x_{{n,q}}"
    conv = "input u HxW | conv w axb -> z | half_sse t -> E"
    value, slope = "w_{m,n} u_{i+m,j+n}", r"\delta^z_{i,j} u_{i+m,j+n}"
    for top in range(8):
        yield conv, rf"z_{{i,j}} = \sum_{{m=0}}^{{{top}}}\sum_{{n=0}}^{{b-1}} {value}"
        yield conv, rf"z_{{i,j}} = \sum_{{m=0}}^{{a-1}}\sum_{{n=0}}^{{{top}}} {value}"
        yield conv, rf"dE/dw_{{m,n}} = \sum_{{i=0}}^{{{top}}}\sum_{{j=0}}^{{W-b}} {slope}"
        yield conv, rf"dE/dw_{{m,n}} = \sum_{{i=0}}^{{H-{top + 2}}}\sum_{{j=0}}^{{W-b}} {slope}"


def polynomials() -> Iterator[tuple[str, str]]:
    """A polynomial in a size that is 0 at small sizes."""
    network = "input u NxCxHxW | relu -> a | mse t -> E"
    true = r"dE/da_{b,c,i,j} = \frac{2}{N C H W}(a_{b,c,i,j} - t_{b,c,i,j})"
    for size, degree in product("NCHW", range(1, 5)):
        yield network, true + " + " + "".join(f"({size} - {k})" for k in range(1, degree + 1))
        yield network, true + " + " + "".join(f"({size} - {k})" for k in range(3, degree + 3))
    for extra in (
        "N^2 - 3 N + 2", "H^3 - 6 H^2 + 11 H - 6", "(N - C)(N - C + 1)(N - C - 1)",
        "(H - W)(N - C)", "C^4 - 10 C^3 + 35 C^2 - 50 C + 24",
    ):  # fmt: skip
        yield network, f"{true} + {extra}"


def gates() -> Iterator[tuple[str, str]]:
    """A product of switches that is 0 nearly everywhere."""
    for count in range(2, 9):
        for turn in range(4):
            signs = ["-" if (k * (turn + 1)) % 3 == turn % 3 else "" for k in range(count)]
            extra = " ".join(f"relu({sign}u_{k})" for k, sign in enumerate(signs))
            yield "input u 12 | relu -> a | half_sse t -> E", f"dE/da_9 = a_9 - t_9 + {extra}"
    for count in range(1, 5):
        extra = " ".join(f"step(u_{k} - u_{k + 1})" for k in range(count))
        yield "input u 6 | half_sse t -> E", f"dE/du_0 = u_0 - t_0 + {extra}"
        extra = " ".join(rf"\max(0, u_{k} - u_{k + 1})" for k in range(count))
        yield "input u 6 | half_sse t -> E", f"dE/du_0 = u_0 - t_0 - {extra}"


def primes() -> Iterator[tuple[str, str]]:
    """Multiples of well-known primes."""
    for factor in (
        "2^{61}", r"2^{30} \cdot 2^{31}", "(1 + 2^{61} - 1)", "2305843009213693952",
        r"(2 - 2305843009213693950 + 2305843009213693951 \cdot 2)", r"(2^{31} - 1)", "2^{31}",
        r"(1 + 2^{31} (2^{31} - 1))",
    ):  # fmt: skip
        yield "input u 5 | half_sse t -> E", rf"dE/du_i = (u_i - t_i) {factor}"
        yield "input u 5 | sigmoid -> a | sse t -> E", rf"dE/da_i = 2 (a_i - t_i) \cdot {factor}"


def offsets() -> Iterator[tuple[str, str]]:
    """Entries far away, and numbers that only large sizes or single indices reach."""
    network, true = "input u HxW | half_sse t -> E", r"dE/du_{i,j} = u_{i,j} - t_{i,j}"
    for extra in (
        "u_{i-5,j-5} u_{i-9,j}", "u_{i-5,j-5} u_{i+9,j}", "u_{i+4,j} u_{i,j+11}", "u_{i-12,j+12}",
        r"\max(0, i - 30)", r"\max(0, H - 30)", r"\max(0, H - 300)", r"\max(0, H - W - 7)",
        r"\max(0, W - H - 3)", r"\max(0, H W - 55)",
        r"\max(0, i - H + 2) \max(0, j - W + 2) \max(0, H - 6)", r"\max(0, i + j - 17)",
    ):  # fmt: skip
        yield network, f"{true} + {extra}"
    for extra in (
        r"\max(0, i - 98)", r"\max(0, i - 98) \max(0, j - 88)", "u_{i-97,j-88}",
        r"\max(0, 1 - (i - 43)^2) \max(0, 1 - (j - 17)^2)", r"\max(0, 1 - (i - j - 3)^2)",
        r"\begin{cases} 1 & i = 57 \\ 0 & \text{otherwise} \end{cases}",
    ):  # fmt: skip
        yield network.replace("HxW", "100x90"), f"{true} + {extra}"


def single_sizes() -> Iterator[tuple[str, str]]:
    """A switch, a case or a power that singles out one size, or one distance of two."""
    network, true = "input u NxM | half_sse t -> E", r"dE/du_{i,j} = u_{i,j} - t_{i,j}"
    for extra in (
        r"\max(0, N - 11) \max(0, 13 - N)", r"\max(0, 1 - (N - 23)^2)", "step(1/2 - |M - 17|)",
        r"\max(0, 1 - (N - M - 5)^2)", "relu(1 - (N + M - 41)^2)",
        r"\begin{cases} 1 & N = 23 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{cases} 1 & N = 2 M + 3 \\ 0 & \text{otherwise} \end{cases}",
    ):  # fmt: skip
        yield network, f"{true} + {extra}"


def scattered() -> Iterator[tuple[str, str]]:
    """A limit that matters at few entries of a large image, behind a stride."""
    network = "input u HxW | conv w AxB stride S -> z | half_sse t -> E"
    signal = r"\delta^z_{(i-m)/S,(j-n)/S} w_{m,n}"
    for top in (3, 8, 12, 20):
        yield network, rf"dE/du_{{i,j}} = \sum_{{m=0}}^{{{top}}} \sum_{{n=0}}^{{B-1}} {signal}"
        yield network, rf"dE/du_{{i,j}} = \sum_{{m=0}}^{{A-1}} \sum_{{n=0}}^{{{top}}} {signal}"


def roots() -> Iterator[tuple[str, str]]:
    """A square root as the number itself, which it is on one side of 0 only."""
    network = "input u 4 | half_sse t -> E"
    for count in range(1, 4):
        extra = " ".join(rf"(t_{k} - \sqrt{{t_{k}^2}})" for k in range(count))
        yield network, f"dE/du_0 = u_0 - t_0 + {extra}"
    yield "input u 4 | relu -> a | half_sse t -> E", "dE/da_i = (a_i - t_i) a_i / a_i"
    yield network, "dE/du_{i+100} = 0"
    yield network, "dE/du_{i+100} = u_{i+100}"


def equalities() -> Iterator[tuple[str, str]]:
    """A case that holds where two numbers are equal, which random ones never are."""
    other = r"0 & \text{otherwise} \end{cases}"
    for met in ("u_0 = 3", "u_1 = t_1", "t_0 = 0", "u_0 = u_4", "2 u_0 = u_1 + t_2"):
        case = rf"\begin{{cases}} 1 & {met} \\ {other}"
        yield "input u 5 | half_sse t -> E", f"dE/du_i = u_i - t_i + {case}"
        yield "input u 5 | relu -> a | half_sse t -> E", f"dE/da_i = a_i - t_i + {case}"


def wrong_sizes() -> Iterator[tuple[str, str]]:
    """A sum up to another size: the whole sum wherever that size is the larger one."""
    labels = "input u K batch N | dense W F -> z | cross_entropy l labels -> E"
    for size in "NK":
        yield labels, rf"dE/du_{{n,k}} = \sum_{{f=0}}^{{{size}-1}} \delta^z_{{n,f}} W_{{f,k}}"
    yield "input u K batch N | cross_entropy l labels -> E", r"\sum_{k=0}^{N-1} dE/du_{n,k} = 0"
    dense = "input x Q batch N | dense W F bias b -> z | half_sse t -> E"
    for size in "QF":
        yield dense, rf"dE/db_f = \sum_{{n=0}}^{{{size}-1}} (z_{{n,f}} - t_{{n,f}})"
    for size in "QN":
        yield dense, rf"dE/dx_{{n,q}} = \sum_{{f=0}}^{{{size}-1}} (z_{{n,f}} - t_{{n,f}}) W_{{f,q}}"
    for size in "NF":
        yield dense, rf"z_{{n,f}} = b_f + \sum_{{q=0}}^{{{size}-1}} W_{{f,q}} x_{{n,q}}"
    transposed = "input u H | transposed_conv w A stride s -> z | half_sse t -> E"
    for size in ("A", "s", "A + 1", "2 A"):
        yield transposed, rf"z_i = \sum_{{j=0}}^{{{size}-1}} w_{{i - s j}} u_j"
    image = "input u NxQxHxW | conv w AxB channels F bias c -> z | half_sse t -> E"
    for n, q, a, b in ("QQAB", "NNAB", "NQBB", "NQAA", "NFAB", "NQAQ", "NQFB", "NQNB", "NQAN"):
        yield (
            image,
            rf"z_{{n,f,i,j}} = c_f + \sum_{{q=0}}^{{{q}-1}}\sum_{{m=0}}^{{{a}-1}}"
            rf"\sum_{{l=0}}^{{{b}-1}} w_{{f,q,m,l}} u_{{n,q,i+m,j+l}}"
            if n == "N"
            else rf"dE/dc_f = \sum_{{n=0}}^{{{n}-1}}\sum_{{i=0}}^{{H-A}}\sum_{{j=0}}^{{W-B}} "
            r"\delta^z_{n,f,i,j}",
        )


def far_outputs() -> Iterator[tuple[str, str]]:
    """Wrong at one output that only a large image has, behind a stride."""
    pool = "input u HxW | avgpool 3 stride 2 padding 1 -> p | half_sse t -> E"
    conv = "input u H | conv w A stride S -> z | half_sse t -> E"
    chain = "input u H | conv w 3 stride 2 -> z | avgpool 2 stride 2 -> p | half_sse t -> E"
    mean = "1/9 sum(m<3) sum(l<3) u[2i+m-1,2j+l-1]"
    for far in (3, 5, 8, 12):
        yield pool, f"p[i,j] = {mean} + 1[j = {far}]"
        yield pool, f"p[i,j] = {mean} + 1[i > {far}]"
        yield conv, rf"z_i = \sum_{{m=0}}^{{A-1}} w_m u_{{S i+m}} + \mathbf{{1}}[i = {far}]"
        yield conv, rf"dE/dw_m = \sum_{{i=0}}^{{{far}}} \delta^z_i u_{{S i+m}}"
        yield chain, rf"p_i = \frac12 (z_{{2i}} + z_{{2i+1}}) + \mathbf{{1}}[i = {far}]"
        yield chain, rf"dE/dw_m = \sum_{{i=0}}^{{{far}}} \delta^z_i u_{{2 i+m}}"


GROUPS = (
    pools, classes, limits, polynomials, gates, primes, offsets, roots, scattered, equalities,
    wrong_sizes, far_outputs, single_sizes,
)  # fmt: skip

HANDS = 8
"""To how many hands each group is dealt: every run judges one of them, CI all."""


@pytest.mark.parametrize("part", parts(HANDS))
@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.__name__)
def test_a_claim_that_is_wrong_in_one_corner_is_never_right(group, part):
    for text, claim in deal(group(), HANDS)[part]:
        verdict = check_claim(parse_once(text), claim, explain=False)
        assert verdict.verdict in NEVER_RIGHT, f"{text}: {claim}\n{verdict}"


def test_the_corners_are_many():
    assert sum(1 for group in GROUPS for _ in group()) >= 300


def right_twins() -> Iterator[tuple[str, str]]:
    pool = "input u 4x4 | maxpool 2 -> p | sse t -> E"
    yield pool, r"dE/du_{2i+m,2j+n} = M_{i,j,m,n} \delta^p_{i,j}"
    yield pool, r"\sum_{i,j} dE/du_{i,j} = \sum_{i,j} \delta^p_{i,j}"
    for count in (10, 40):
        network = f"input u {count} | cross_entropy l labels -> E"
        yield network, rf"\sum_k {softmax('k')} = 1"
        yield network, r"\sum_k dE/du_k = 0"
    dense = "input x Q batch N | dense W F bias b -> z | half_sse t -> E"
    yield dense, r"dE/db_f = \sum_{n=0}^{N-1} (z_{n,f} - t_{n,f})"
    yield dense, r"dE/db_f = \sum_{n=0}^{N+6} (z_{n,f} - t_{n,f})"
    yield dense, r"dE/dx_{n,q} = \sum_{f=0}^{F-1} (z_{n,f} - t_{n,f}) W_{f,q}"
    conv = "input u HxW | conv w axb -> z | half_sse t -> E"
    yield conv, r"z_{i,j} = \sum_{m=0}^{a-1}\sum_{n=0}^{b-1} w_{m,n} u_{i+m,j+n}"
    yield conv, r"dE/dw_{m,n} = \sum_{i=0}^{H-a}\sum_{j=0}^{W-b} \delta^z_{i,j} u_{i+m,j+n}"
    network = "input u NxCxHxW | relu -> a | mse t -> E"
    true = r"\frac{2}{N C H W}(a_{b,c,i,j} - t_{b,c,i,j})"
    yield network, rf"dE/da_{{b,c,i,j}} = {true}"
    yield network, rf"dE/da_{{b,c,i,j}} = {true} + (N - 1)(N + 1) - N^2 + 1"
    yield network, rf"dE/da_{{b,c,i,j}} = {true} + (C + 2)(C - 2) - C^2 + 4"
    relu = "input u 12 | relu -> a | half_sse t -> E"
    yield relu, r"dE/da_9 = a_9 - t_9 + relu(u_0) relu(-u_0) relu(u_3)"
    yield relu, r"dE/da_9 = relu(u_9) step(u_9) - t_9"
    yield relu, r"dE/du_9 = (u_9 - t_9) step(u_9)"
    yield relu, r"u_3 = relu(u_3) - relu(-u_3)"
    yield relu, r"dE/du_i = (a_i - t_i) step(3 u_i)"
    yield relu, r"a_i = relu(2 u_i)/2"
    wide = "input u 100x90 | half_sse t -> E"
    yield wide, r"dE/du_{i,j} = u_{i,j} - t_{i,j} + u_{i-97,j-3} u_{i-97,j} u_{i+98,j-88}"
    zero = r"0 & \text{otherwise} \end{cases}"
    yield (
        "input u 5 | relu -> v | sse t -> E",
        r"dE/du_i = \begin{cases} 0 & v_i = 0 \\ 2(v_i - t_i) & \text{otherwise} \end{cases}",
    )
    label = rf"\begin{{cases}} 1 & k = l_0 \\ {zero}"
    yield "input u 5 | cross_entropy l labels -> E", rf"dE/du_k = {softmax('k')} - {label}"
    norm = "input u 6 batch 4 | batchnorm weight g bias b -> y | half_sse t -> C"
    yield norm, r"dC/db_j = \sum_n \delta_{n,j}"
    yield "input u 5 | half_sse t -> E", r"dE/du_i = (u_i - t_i) (2^{61} - 2^{61} + 1)"


@pytest.mark.parametrize(("text", "claim"), list(right_twins()))
def test_a_right_twin_of_a_corner_is_right(text, claim):
    verdict = check_claim(parse_once(text), claim)
    assert verdict.verdict == "right", str(verdict)
    assert verdict.evidence is not None


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{\partial \delta^z_i}{\partial z_j} = 0",
        r"\frac{\partial \delta^z_0}{\partial W_{0,0}} = 0",
        r"\frac{\partial (dC/dz_0)}{\partial z_0} = 0",
    ],
)
def test_the_derivative_of_a_derivative_is_not_judged(claim):
    network = Network.parse("input x 4 | dense W 3 bias b -> z | half_sse t -> C")
    assert check_claim(network, claim).verdict == "not checked"
