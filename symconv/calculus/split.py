"""Split (mixed radix): an axis that is read in blocks is indexed by block and place in the block.

Where every access reads an axis of extent n1 n2 as v = n2 v1 + v2, with v1 < n1 and v2 < n2, each
entry has exactly one such pair, so [n2 v1 + v2 = n2 q1 + q2] = [v1 = q1] [v2 = q2]. Pooling without
overlap, groups of channels and upsampling are read like that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Expr, KroneckerDelta, Mul, S, Symbol, expand
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Ranges
from symconv.core.tensor import Tensor

from .binders import free_indices, rebuild

Digit = tuple[Expr, Expr]
"""The weight of a digit and how many values it has."""


@dataclass(frozen=True)
class Digits:
    """The free indices that stand for one axis: a digit each, the heaviest first."""

    digits: tuple[Digit, ...]
    symbols: tuple[Symbol, ...]

    @property
    def place(self) -> Expr:
        """The index of the axis, as the sum of its digits times their weights."""
        return Add(*(w * q for (w, _), q in zip(self.digits, self.symbols, strict=True)))

    @property
    def ranges(self) -> Ranges:
        return tuple((q, n) for (_, n), q in zip(self.digits, self.symbols, strict=True))


def digits_of(tensor: Tensor, axis: int, equations: Iterable[Equation]) -> Digits | None:
    """The digits in which every access reads an axis; None where one reads it in another way.

    The symbols are those of the first access.
    """
    accesses = [(e, [a for a in e.rhs.atoms(Indexed) if a.base == tensor.base]) for e in equations]
    found = [
        _digits(a.indices[axis], e, tensor.shape[axis])
        for e, read in accesses
        for a in sorted(read, key=str)
    ]
    first = found[0] if found else None
    same = all(d is not None and first is not None and d.digits == first.digits for d in found)
    return first if same else None


def _digits(place: Expr, equation: Equation, extent: Expr) -> Digits | None:
    """The digits of one index expression, if they cover the axis exactly."""
    if len(free_indices(place)) < 2:
        return None
    known = dict(_ranges(equation))
    weight = {v: expand(place).coeff(v) for v in free_indices(place) & set(known)}
    covered = expand(place - Add(*(w * v for v, w in weight.items()))) == 0
    if len(weight) < 2 or not covered or any(known[v] == 1 for v in weight):
        return None
    product, order = S.One, list[Symbol]()
    for _ in weight:
        lightest = [v for v, w in weight.items() if w == product]
        if len(lightest) != 1:
            return None
        order.insert(0, lightest[0])
        product = expand(product * known[lightest[0]])
    if product != extent:
        return None
    return Digits(tuple((weight[v], known[v]) for v in order), tuple(order))


def _ranges(equation: Equation) -> Ranges:
    """Every index of an equation with its extent, bound ones included."""
    binders = sorted(equation.rhs.atoms(ExprWithLimits), key=str)
    bound = tuple((v, high + 1) for b in binders for v, _, high in b.limits)
    return equation.ranges + bound


def split(expr: Expr, axes: Iterable[Digits]) -> Expr:
    """[n2 v1 + v2 = n2 q1 + q2] = [v1 = q1] [v2 = q2]."""
    several = [d for d in axes if len(d.symbols) > 1]
    return _split(expr, several) if several else expr


def _split(expr: Expr, axes: list[Digits]) -> Expr:
    if isinstance(expr, KroneckerDelta):
        for digits in axes:
            if digits.place in expr.args:
                other = next(a for a in expr.args if a != digits.place)
                return _digit_by_digit(other, digits)
    return rebuild(expr, lambda a: _split(a, axes)) if expr.has(KroneckerDelta) else expr


def _digit_by_digit(place: Expr, digits: Digits) -> Expr:
    """One bracket a digit; the variable of a digit is the one with its weight."""
    weights = {expand(place).coeff(v): v for v in free_indices(place)}
    pairs = zip(digits.digits, digits.symbols, strict=True)
    return Mul(*(KroneckerDelta(weights[w], q) for (w, _), q in pairs))
