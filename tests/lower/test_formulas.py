"""Any formula of the index language, random ones too: what is emitted computes what it says."""

import itertools
import random
import re

import pytest
from lowering import FORMULAS, SIZES, X2, T, X, alone, tensor, total
from sympy import Integer, KroneckerDelta, Mul
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box, LogSumExp
from symconv.core.tensor import index, size

B, H, K1 = map(size, ("B", "H", "k1"))
i, j, m, q, r = map(index, "ijmqr")


@pytest.mark.parametrize(("rhs", "at"), FORMULAS)
def test_any_formula(rhs, at):
    used = {str(a.base.label) for a in rhs.atoms(Indexed)}
    two = any(len(a.indices) == 2 for a in rhs.atoms(Indexed))
    known = [t for t in ((X2 if two else X), T) if t.key in used or t.key == "x"]
    dummy = tensor("z", (B,), "value")
    case = alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes=SIZES)
    assert dummy.key not in case.tensors
    case.check()


def affine_at(rng, names):
    """A random index expression, sometimes rational."""
    place = Integer(rng.randint(-2, 3))
    for x in rng.sample(names, rng.randint(1, min(3, len(names)))):
        place += rng.choice([1, 1, 1, 2, 3, -1, -2]) * x
    return place / rng.choice([1, 1, 1, 2, 3])


@pytest.mark.parametrize("seed", range(60))
def test_random_contractions(seed):
    rng = random.Random(seed)
    extents = {x: Integer(rng.randint(1, 4)) for x in (q, r, i, j, m)}
    free, bound = [q, r][: rng.randint(1, 2)], [i, j, m][: rng.randint(1, 3)]
    factors = []
    known = []
    for name in "xtw"[: rng.randint(1, 3)]:
        rank = rng.randint(1, 2)
        t = tensor(name, tuple(Integer(rng.randint(1, 5)) for _ in range(rank)), "input")
        known.append(t)
        factors.append(t[tuple(affine_at(rng, free + bound) for _ in range(rank))])
    if rng.random() < 0.4:
        factors.append(KroneckerDelta(affine_at(rng, free + bound), affine_at(rng, free + bound)))
    if rng.random() < 0.3:
        factors.append(Box(affine_at(rng, free + bound), Integer(3)))
    rhs = total(Mul(*factors), *((x, extents[x]) for x in bound))
    at = tuple((x, extents[x]) for x in free)
    alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes={}).check()


@pytest.mark.parametrize("stack", ["", "b"])
@pytest.mark.parametrize("outer", ["ij", "ji", "i"])
@pytest.mark.parametrize("owners", list(itertools.product(("x", "w", "xw"), repeat=2)))
def test_a_product_sums_what_one_factor_alone_has(stack, outer, owners):
    """Sum over k and v, each an index of x, of w or of both, with an index that is kept in both."""
    extents = {s: Integer(n) for s, n in zip("bijkv", (2, 3, 4, 2, 3), strict=True)}
    axes = {"x": f"{stack}{outer[0]}", "w": f"{stack}{outer[-1]}"}
    for letter, owner in zip("kv", owners, strict=True):
        axes |= {t: axes[t] + letter for t in owner}
    known = [tensor(t, tuple(extents[s] for s in names), "input") for t, names in axes.items()]
    factors = [t[tuple(map(index, axes[t.key]))] for t in known]
    rhs = total(Mul(*factors), *((index(s), extents[s]) for s in "kv"))
    at = tuple((index(s), extents[s]) for s in dict.fromkeys(stack + outer))
    alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes={}).check()


@pytest.mark.parametrize(
    ("axes", "text"),
    [
        (("bik", "bkj"), "x @ w"),
        (("bik", "bkj", "k"), "np.einsum("),
        (("bik", "bkj", "bj"), "x @ w"),
        (("k", "bik", "bkj"), "np.einsum("),
    ],
)
def test_a_stack_of_matrices_is_two_factors(axes, text):
    """A third one with axes of its own is part of the product, too."""
    extents = {s: Integer(n) for s, n in zip("bijk", (2, 3, 4, 2), strict=True)}
    known = [
        tensor(t, tuple(extents[s] for s in names), "input")
        for t, names in zip("xwt", axes, strict=False)
    ]
    factors = [t[tuple(map(index, names))] for t, names in zip(known, axes, strict=True)]
    rhs = total(Mul(*factors), (index("k"), extents["k"]))
    at = tuple((index(s), extents[s]) for s in "bij")
    case = alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes={})
    case.check()
    assert text in case.text


@pytest.mark.parametrize(
    ("upper", "axes"),
    [
        ((2, 3), "(0, 1)"),
        ((None, 3), "1"),
        ((2, None), "0"),
        ((1, 3), ""),
        ((2, 2), ""),
        ((1, 2), ""),
    ],
)
def test_a_log_softmax_goes_over_whole_axes(upper, axes):
    """X[i,j] + t[i,j] - log sum exp x over some entries: one call where these are whole axes."""
    x, t = (tensor(n, (Integer(2), Integer(3)), "input") for n in "xt")
    limits = [(v, Integer(n)) for v, n in zip((m, q), upper, strict=True) if n]
    place = [v if n else s for v, n, s in zip((m, q), upper, (i, j), strict=True)]
    less = LogSumExp(x[tuple(place)], *((v, 0, n - 1) for v, n in limits))
    at = ((i, Integer(2)), (j, Integer(3)))
    case = alone(x[i, j] + t[i, j] - less, at, t, x, shape=(Integer(2), Integer(3)), sizes={})
    case.check()
    called = re.findall(r"= .*log_softmax\(x, axis=(\d|\(0, 1\))\)", case.text)
    assert called == ([axes] if axes else [])


def test_affine_left_sides():
    x = tensor("x", (B, K1), "input")
    for left in (3 * q + r, 2 * q + 1, H - 1 - q, 3 * q - r + 2, 3 * q + 2 * r):
        rhs = x[q, r] if r in left.free_symbols else total(x[q, r], (r, K1))
        at = ((q, B), (r, K1)) if r in left.free_symbols else ((q, B),)
        sizes = {B: 2, K1: 3 if left != 3 * q + 2 * r else 2, H: 6}
        case = alone(rhs, at, x, shape=(H,), sizes=sizes, lhs=(left,))
        case.check()
