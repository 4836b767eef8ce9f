"""Affine index expressions: solved, bounded, and split into digits (mixed radix)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Expr, KroneckerDelta, Mul, S, Symbol, expand
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Ranges, SizeDefinition
from symconv.core.errors import Unsupported
from symconv.core.tensor import Tensor

from .binders import free_indices, rebuild


def solve(left: Expr, right: Expr, variable: Symbol) -> Expr:
    """The value of `variable` for which left = right; rational where its coefficient is not 1.

    Raises Unsupported where the equation is not affine in the variable.
    """
    # `coeff` reads the terms of an expanded sum only: of 2 (i + m) it would say that m does not
    # occur.
    difference = expand(left - right)
    c = difference.coeff(variable, 1)
    rest = expand(difference - c * variable)
    if c == 0 or variable in free_indices(rest) or any(_is_index(s) for s in free_indices(c)):
        raise Unsupported(
            f"the index equation {left} = {right} is not affine in {variable}",
            help="an index is a sum of indices times sizes or numbers",
        )
    return expand(-rest / c)


def _is_index(symbol: Symbol) -> bool:
    """Sizes are declared non-negative, indices are not."""
    return not symbol.is_nonnegative


def always_inside(
    place: Expr, extent: Expr, ranges: Ranges, sizes: Iterable[SizeDefinition] = ()
) -> bool:
    """Whether 0 <= place < extent is certain, and an integer, for every index in its range.

    `sizes` say what sizes are made of: floor(numerator / stride) + 1.
    """
    # An affine form takes its least and greatest value at corners of the box of its indices: each
    # index in turn is put at the end that makes the form smallest (low) and largest (high).
    low = high = expand(place)
    for v, n in ranges:
        c = low.coeff(v, 1)
        # `is_nonnegative` is None where SymPy does not know. What is not certain is refused.
        if not c.is_integer or (c.is_nonnegative is None and c.is_nonpositive is None):
            return False
        low = expand(low.xreplace({v: n - 1 if c.is_nonpositive else 0}))
        high = expand(high.xreplace({v: 0 if c.is_nonpositive else n - 1}))
    room = expand(extent - 1 - high)
    if room.is_nonnegative is None:
        room = _lower_bound(room, sizes)
    return bool(low.is_integer and low.is_nonnegative and room.is_nonnegative)


def _lower_bound(room: Expr, sizes: Iterable[SizeDefinition]) -> Expr:
    """A lower bound of `room`, with every size that is subtracted at its largest value."""
    for made in sizes:
        # n = floor(numerator / stride) + 1 gives stride n <= numerator + stride. A term t stride n
        # with t <= 0 is smallest where n is largest.
        times = room.coeff(made.symbol, 1) / made.stride
        if times.is_nonpositive and not (room - times * made.stride * made.symbol).has(made.symbol):
            most = made.numerator + made.stride  # of stride * symbol
            room = expand(room + times * (most - made.stride * made.symbol))
    return room


Digit = tuple[Expr, Expr]
"""The weight of a digit and how many values it has."""


@dataclass(frozen=True)
class MixedRadix:
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


def find_mixed_radix(tensor: Tensor, axis: int, equations: Iterable[Equation]) -> MixedRadix | None:
    """The digits in which every access reads an axis; None where one reads it in another way.

    The symbols are those of the first access.
    """
    accesses = [(e, [a for a in e.rhs.atoms(Indexed) if a.base == tensor.base]) for e in equations]
    found = [
        _match_mixed_radix(a.indices[axis], e, tensor.shape[axis])
        for e, read in accesses
        for a in sorted(read, key=str)
    ]
    first = found[0] if found else None
    same = all(d is not None and first is not None and d.digits == first.digits for d in found)
    return first if same else None


def _match_mixed_radix(place: Expr, equation: Equation, extent: Expr) -> MixedRadix | None:
    """The digits of one index expression, if they cover the axis exactly."""
    if len(free_indices(place)) < 2:
        return None
    known = dict(_all_ranges(equation))
    weight = {v: expand(place).coeff(v) for v in free_indices(place) & set(known)}
    covered = expand(place - Add(*(w * v for v, w in weight.items()))) == 0
    # A digit with one value has the weight of its heavier neighbour; which of them is which could
    # not be said.
    if len(weight) < 2 or not covered or any(known[v] == 1 for v in weight):
        return None
    # Digits of weights 1, n1, n1 n2, ...: each weight is the product of the extents below it. Then
    # the form takes every value from 0 to the product of all extents - 1 exactly once.
    product, order = S.One, list[Symbol]()
    for _ in weight:
        lightest = [v for v, w in weight.items() if w == product]
        if len(lightest) != 1:
            return None
        order.insert(0, lightest[0])
        product = expand(product * known[lightest[0]])
    if product != extent:
        return None
    return MixedRadix(tuple((weight[v], known[v]) for v in order), tuple(order))


def _all_ranges(equation: Equation) -> Ranges:
    """Every index of an equation with its extent, bound ones included."""
    binders = sorted(equation.rhs.atoms(ExprWithLimits), key=str)
    bound = tuple((v, high + 1) for b in binders for v, _, high in b.limits)
    return equation.ranges + bound


def split_into_digits(expr: Expr, axes: Iterable[MixedRadix]) -> Expr:
    """[n2 v1 + v2 = n2 q1 + q2] = [v1 = q1] [v2 = q2]."""
    several = [d for d in axes if len(d.symbols) > 1]
    return _split_deltas(expr, several) if several else expr


def _split_deltas(expr: Expr, axes: list[MixedRadix]) -> Expr:
    if isinstance(expr, KroneckerDelta):
        for digits in axes:
            if digits.place in expr.args:
                other = next(a for a in expr.args if a != digits.place)
                return _digit_by_digit(other, digits)
    return rebuild(expr, lambda a: _split_deltas(a, axes)) if expr.has(KroneckerDelta) else expr


def _digit_by_digit(place: Expr, digits: MixedRadix) -> Expr:
    """One bracket a digit; the variable of a digit is the one with its weight."""
    # Both sides count the same digits (mixed radix), so their numbers are equal where all digits
    # are: comparing digit by digit needs no division.
    weights = {expand(place).coeff(v): v for v in free_indices(place)}
    pairs = zip(digits.digits, digits.symbols, strict=True)
    return Mul(*(KroneckerDelta(weights[w], q) for (w, _), q in pairs))
