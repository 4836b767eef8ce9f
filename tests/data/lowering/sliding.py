"""Convolutions and poolings with their gradients, for any hyper-parameters."""

from sympy import Integer, Sum

from symconv.core.equation import Equation
from symconv.core.nodes import MaxOver, OneHot
from symconv.core.tensor import Name, Tensor, index, size

from .case import Case, ranges, tensor, total

B, C, F = map(size, "BCF")
b, c, f, i, j, m, n = map(index, "bcfijmn")
b_, c_, f_, i_, j_, m_, n_ = (index(f"{x}'") for x in "bcfijmn")
SMALL = {B: 2, C: 2, F: 2}


def conv(hyper, image, kernel, output, *, flip=False, definitions=(), sizes=()):
    """A convolution with channels and its three gradients, for any hyper-parameters."""
    (s, d, p), (h, w), (k1, k2), (ho, wo) = hyper, image, kernel, output
    x, k = tensor("x", (B, C, h, w), "input"), tensor("w", (F, C, k1, k2), "parameter")
    bias, z = tensor("beta", (F,), "parameter"), tensor("z", (B, F, ho, wo), "value")
    dz, dx = tensor("z", z.shape, "delta"), tensor("x", x.shape, "gradient")
    dw, db = tensor("w", k.shape, "gradient"), tensor("beta", (F,), "gradient")
    tap = (lambda a, e: e - 1 - a) if flip else (lambda a, _e: a)
    here = x[b, c, s * i + d * m - p, s * j + d * n - p]
    forward = Equation(
        z[b, f, i, j],
        total(k[f, c, tap(m, k1), tap(n, k2)] * here, (c, C), (m, k1), (n, k2)) + bias[f],
        ranges((b, B), (f, F), (i, ho), (j, wo)),
    )
    far = x[b, c_, s * i + d * tap(m_, k1) - p, s * j + d * tap(n_, k2) - p]
    to_w = Equation(
        dw[f_, c_, m_, n_],
        total(dz[b, f_, i, j] * far, (b, B), (i, ho), (j, wo)),
        ranges((f_, F), (c_, C), (m_, k1), (n_, k2)),
    )
    to_b = Equation(db[f_], total(dz[b, f_, i, j], (b, B), (i, ho), (j, wo)), ranges((f_, F)))
    back = dz[b_, f, (i_ + p - d * m) / s, (j_ + p - d * n) / s]
    to_x = Equation(
        dx[b_, c_, i_, j_],
        total(back * k[f, c_, tap(m, k1), tap(n, k2)], (f, F), (m, k1), (n, k2)),
        ranges((b_, B), (c_, C), (i_, h), (j_, w)),
    )
    return Case(
        x, k, bias, z, dz, dx, dw, db,
        forward=[forward], backward=[to_w, to_b, to_x], sizes=sizes, definitions=definitions,
    )  # fmt: skip


def out(h, k, s, d, p):
    return (h + 2 * p - d * (k - 1) - 1) // s + 1


def pooling(kind, geometry):
    """Max- or average-pooling and its delta."""
    k, s, p, h, w = geometry
    ho, wo = (Integer(out(x, k, s, 1, p)) for x in (h, w))
    k, h, w = Integer(k), Integer(h), Integer(w)
    x, y = tensor("x", (B, C, h, w), "input"), tensor("y", (B, C, ho, wo), "value")
    dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
    mask = Tensor(Name("M"), (B, C, ho, wo, k, k), "mask")
    here = (b, c, s * i + m - p, s * j + n - p)
    window = ((m, 0, k - 1), (n, 0, k - 1))
    back = (b_, c_, (i_ + p - m) / Integer(s), (j_ + p - n) / Integer(s))
    places = ranges((b_, B), (c_, C), (i_, h), (j_, w))
    outer = ranges((b, B), (c, C), (i, ho), (j, wo))
    if kind == "average":
        forward = Equation(y[b, c, i, j], Sum(x[here], *window) / k**2, outer)
        back = [Equation(dx[b_, c_, i_, j_], Sum(dy[back], *window) / k**2, places)]
        return Case(x, y, dy, dx, forward=[forward], backward=back, sizes=SMALL)
    forward = Equation(y[b, c, i, j], MaxOver(x[here], *window), outer)
    inner = MaxOver(x[b, c, s * i + m_ - p, s * j + n_ - p], (m_, 0, k - 1), (n_, 0, k - 1))
    winners = Equation(
        mask[b, c, i, j, m, n], OneHot(inner, m, n), (*outer, (m, k), (n, k))
    )  # fmt: skip
    delta = Equation(dx[b_, c_, i_, j_], Sum(dy[back] * mask[(*back, m, n)], *window), places)
    return Case(x, y, mask, dy, dx, forward=[forward], backward=[winners, delta], sizes=SMALL)


GEOMETRIES = [  # stride, dilation, padding, H, W, k1, k2
    (1, 1, 0, 5, 6, 2, 3),
    (1, 1, 1, 5, 4, 3, 3),
    (2, 1, 0, 6, 7, 3, 2),
    (2, 1, 1, 6, 7, 3, 2),
    (3, 1, 2, 16, 4, 7, 2),
    (3, 1, 0, 9, 8, 2, 1),
    (2, 2, 1, 8, 7, 2, 3),
    (1, 3, 2, 7, 8, 3, 2),
    (1, 1, 0, 4, 3, 1, 1),
    (2, 1, 0, 5, 4, 1, 1),
    (1, 1, 1, 3, 2, 5, 4),
    (2, 1, 4, 3, 3, 2, 2),
    (1, 1, 3, 2, 2, 2, 2),
    (2, 1, 0, 6, 4, 2, 2),
]
