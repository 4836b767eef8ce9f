"""Formulas over x, t and sizes, each with the ranges of its free indices."""

from sympy import Integer, KroneckerDelta, Rational, exp, tanh

from symconv.core.nodes import Box, MaxOver, OneHot, step
from symconv.core.tensor import amount, index, size

from .case import tensor, total

B, H, W, K1, K2, S, D = map(size, ("B", "H", "W", "k1", "k2", "s", "d"))
P = amount("p")
i, m, q, r = map(index, "imqr")
X = tensor("x", (H,), "input")
X2 = tensor("x", (H, W), "input")
T = tensor("t", (K1,), "input")
SIZES = {H: 5, W: 4, K1: 3, K2: 2, B: 2, S: 2, D: 3, P: 1}
FORMULAS = [
    (X[q] * KroneckerDelta(q, r), ((q, H), (r, W))),
    (KroneckerDelta(q, 2 * r + 1), ((q, H), (r, W))),
    (total(X[i] * KroneckerDelta(q, 2 * i + 3 * m - 1) * T[m], (i, H), (m, K1)), ((q, B),)),
    (total(X[i] * KroneckerDelta(q, S * i + D * m - P), (i, H), (m, K1)), ((q, W),)),
    (total(X[i] * T[m] * KroneckerDelta(q, i + m), (i, H), (m, K1)), ((q, W),)),
    (total(X[i] * T[m] * KroneckerDelta(2 * i, 3 * m), (i, H), (m, K1)), ((q, W),)),
    (
        total(X2[i, m] * KroneckerDelta(q, i) * KroneckerDelta(r, m), (i, H), (m, W)),
        ((q, H), (r, W)),
    ),
    (X[q] * Box(2 * q - 1, W), ((q, H),)),
    (X[q] * Box(q / 2, W), ((q, H),)),
    (total(Box(q - m, H) * T[m], (m, K1)), ((q, W),)),
    (X[q] / total(Box(q + m - 1, H), (m, K1)), ((q, H),)),
    (X[q / Integer(2)] + X[q], ((q, H),)),
    (tanh(X[(q + 1) / Integer(3)]) * 2, ((q, H),)),
    (total(X[(2 * q + 1 - m) / Integer(3)] * T[m], (m, K1)), ((q, H),)),
    (total(X[(q - m) / S] * (1 - X[(q - m) / S] ** 2) * T[m], (m, K1)), ((q, H),)),
    (total((X[(q - m) / S] + X[q - m]) * T[m], (m, K1)), ((q, H),)),
    (total(X[q - m] * T[m] * step(X[q]), (m, K1)), ((q, H),)),
    (total(X[(q - m) / S] * T[m] * step(X[q]), (m, K1)), ((q, H),)),
    (X[2] + X[q] * X[H - 1 - q], ((q, H),)),
    (X2[q, q], ((q, W),)),
    (total(X2[i, i + m] * T[m], (i, H), (m, K1)) + 1, ((q, B),)),
    (total(X[i + m + r], (i, K2), (m, K1)), ((r, W),)),
    (total(X[i + 2 * m - 3 * r + 1] * T[m], (i, K2), (m, K1)), ((r, W),)),
    (MaxOver(X[S * q + m - P], (m, 0, K1 - 1)), ((q, W),)),
    (MaxOver(X[q] * T[m], (m, 0, K1 - 1)) * total(T[m], (m, K1)), ((q, H),)),
    (OneHot(MaxOver(X[q + m], (m, 0, K1 - 1)), r - 1), ((q, K2), (r, W))),
    (total(X[i], (i, H), (m, K1)), ((q, B),)),
    (total(X[i], (i, H)) * total(T[m], (m, K1)), ((q, B),)),
    (total(X[i] * T[m], (i, H), (m, K1)) * X[q], ((q, H),)),
    (total(exp(X[i] - X[q]), (i, H)) ** -1, ((q, H),)),
    (Rational(3, 7) * X[q] - T[q] / 3 + Rational(1, 2), ((q, H),)),
    (-X[q] - 2 * T[q] ** 3 / B, ((q, H),)),
    (total(step(X[i]) * step(T[q]), (i, H)), ((q, K1),)),
    (step(X[q]), ((q, H),)),
]  # fmt: skip
