"""Interval arithmetic: what differs here differs whatever was rounded.

Rational numbers stay exact. The value of exp, log or a root is an interval that holds the true one,
so a difference counts where it is larger than all that was rounded on the way to it, however large
or small the terms are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

from mpmath import erf, iv, mpf, workprec

from symconv.claims.model.budget import spend
from symconv.semantics.protocol import Map, OrderedScalars, unknown_function

from .modular_field import Undefined
from .rational_algebra import BITS, LARGEST, Rationals, rational_power

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that lies between `low` and `high`, both included."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Any) -> Interval:
        # What is recorded on a tape adds and multiplies by itself.
        if not isinstance(other, Interval | Rational):
            return NotImplemented
        o = as_interval(other)
        low = self.low + o.low
        return Interval(low, low if self.is_point and o.is_point else self.high + o.high)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Interval:
        if not isinstance(other, Interval | Rational):
            return NotImplemented
        o = as_interval(other)
        if self.is_point and o.is_point:
            product = self.low * o.low
            return Interval(product, product)
        ends = [a * b for a in (self.low, self.high) for b in (o.low, o.high)]
        return Interval(min(ends), max(ends))

    __rmul__ = __mul__

    @property
    def is_point(self) -> bool:
        """Whether both ends are one and the same object, as those of a number alone are."""
        return self.low is self.high

    def __bool__(self) -> bool:
        """False where it is 0 for certain."""
        return bool(self.low or self.high)


def as_interval(x: Any) -> Interval:
    """A number as the interval that holds it alone."""
    if isinstance(x, Interval):
        return x
    number = Fraction(x)
    return Interval(number, number)


def excludes_zero(x: Any) -> bool:
    """Whether a number is certainly not 0: its interval excludes 0."""
    return x.low > 0 or x.high < 0 if isinstance(x, Interval) else bool(x)


def is_zero(x: Any) -> bool:
    """Whether a number is 0; Undefined where its bounds do not tell."""
    if isinstance(x, Interval) and x and not excludes_zero(x):
        # Neither true nor false: a comparison that rounding decides would be a lie.
        raise Undefined("a number too close to 0")
    return not x


def interval_relu(x: Any) -> Any:
    """The larger one of x and 0."""
    if not isinstance(x, Interval):
        return max(x, ZERO)
    return Interval(max(x.low, ZERO), max(x.high, ZERO))


def interval_absolute(x: Any) -> Any:
    """The size of x."""
    if not isinstance(x, Interval):
        return abs(x)
    ends = abs(x.low), abs(x.high)
    return Interval(ZERO if x.low < 0 < x.high else min(ends), max(ends))


def interval_power(x: Any, exponent: int) -> Any:
    """X to a whole power; Undefined where x may be 0 and the power is negative."""
    if not isinstance(x, Interval):
        return rational_power(Fraction(x), exponent)
    if exponent < 0 and not excludes_zero(x):
        raise Undefined("1/0")
    ends = [rational_power(x.low, exponent), rational_power(x.high, exponent)]
    through = exponent % 2 == 0 and x.low < 0 < x.high
    return Interval(ZERO if through and exponent else min(ends), max(ends))


FINER = 4 * BITS
GUARD = 20
"""How many digits more erf is worked out with than its interval shows: it is off by a few units."""

FUNCTION_STEPS = 80
"""What one value of exp or log with its bounds takes, however simple the network around it is."""


class IntervalAlgebra(OrderedScalars):
    """Fractions and intervals of `bits` binary digits, with the conventions of `Rationals`."""

    def __init__(
        self, slope_at_zero: int = 0, *, last_wins: bool = False, bits: int = BITS
    ) -> None:
        self.exact = Rationals(slope_at_zero, last_wins=last_wins)
        self.bits = bits

    def finer(self) -> IntervalAlgebra:
        """The same conventions with more digits."""
        return IntervalAlgebra(self.exact.slope_at_zero, last_wins=self.exact.last_wins, bits=FINER)

    def number(self, value: int | Fraction) -> int | Fraction:
        # Whole numbers stay such: they are worked out several times as fast as fractions.
        return int(value) if value.denominator == 1 else value

    def constant(self, value: float, name: str) -> Interval:
        return self._rounded(lambda _: getattr(iv, name, iv.mpf(value)) + 0, ZERO)

    def function(self, name: str) -> Map:
        growing: dict[str, Callable[[Any], Any]] = {
            "exp": iv.exp,
            "log": iv.log,
            "sigmoid": lambda x: 1 / (1 + iv.exp(-x)),
            "tanh": lambda x: 2 / (1 + iv.exp(-2 * x)) - 1,
            "softplus": lambda x: iv.log(1 + iv.exp(x)),
            "erf": _error_function,
        }
        known: dict[str, Map] = {
            "step": self._step,
            "relu": interval_relu,
            "absolute": interval_absolute,
        }
        if name in {"sin", "cos"}:
            return lambda x: self._enclosed(getattr(iv, name), as_interval(x))
        if name in growing:
            return lambda x: self._grown(name, growing[name], x)
        if name not in known:
            raise unknown_function(name)
        return known[name]

    def _grown(self, name: str, rule: Callable[[Any], Any], x: Any) -> Any:
        """A function of that name, where it has a value."""
        ends = as_interval(x)
        if name == "log" and ends.low <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        if name != "log" and max(abs(ends.low), abs(ends.high)) > LARGEST:
            raise Undefined("exp of a large number")
        return self._between(rule, ends)

    def _between(self, rule: Callable[[Any], Any], x: Interval) -> Interval:
        """A function that grows, from its values at both ends."""
        low = self._rounded(rule, x.low)
        high = low if x.low == x.high else self._rounded(rule, x.high)
        return Interval(low.low, high.high)

    def _enclosed(self, rule: Callable[[Any], Any], x: Interval) -> Interval:
        """A function that rises and falls, from mpmath's interval of all its values."""
        return self._applied(lambda: rule(iv.mpf([_point(x.low).a, _point(x.high).b])))

    def _rounded(self, rule: Callable[[Any], Any], x: Fraction) -> Interval:
        """What mpmath's intervals say of a function at one number."""
        return self._applied(lambda: rule(_point(x)))

    def _applied(self, made: Callable[[], Any]) -> Interval:
        """An interval of mpmath's, made with as many digits as this algebra has."""
        spend(FUNCTION_STEPS)
        # The precision of mpmath's interval context is global: it is put back whatever happens.
        before, iv.prec = iv.prec, self.bits
        try:
            # mpmath's own intervals round outwards, so the true value is inside.
            low, high = made()._mpi_
        finally:
            iv.prec = before
        return Interval(_fraction(low), _fraction(high))

    def _step(self, x: Any) -> Fraction:
        if is_zero(x):
            return Fraction(self.exact.slope_at_zero)
        return Fraction(int(as_interval(x).low > 0))

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1:
            return lambda x: interval_power(x, exponent.numerator)
        return lambda x: interval_power(self._root(x, exponent), exponent.numerator)

    def _root(self, x: Any, exponent: Fraction) -> Interval:
        ends = as_interval(x)
        if ends.low < 0 or (ends.low == 0 and exponent < 0) or exponent.denominator != 2:
            raise Undefined("a root that is not real")
        return self._between(iv.sqrt, ends)

    def log_sum_exp(self, values: Sequence[Any]) -> Any:
        """The largest middle is taken off, which changes nothing and keeps exp small."""
        # log sum exp x = s + log sum exp(x - s) for any s; near the largest x no exp is large.
        shift = max(as_interval(v).low for v in values)
        total: Any = ZERO
        for value in values:
            total = total + self.function("exp")(value + -shift)
        return self.function("log")(total) + shift

    def maximum(self, values: Sequence[Any]) -> Any:
        if not any(isinstance(v, Interval) for v in values):
            return max(values)
        ends = [as_interval(v) for v in values]
        return Interval(max(e.low for e in ends), max(e.high for e in ends))

    def first_maximiser(self, values: Sequence[Any]) -> int:
        ends = [as_interval(v) for v in values]
        best = max(e.low for e in ends)
        places = [n for n, e in enumerate(ends) if e.high >= best]
        # Equal fractions are a tie, which the tie rule decides; intervals that overlap are not
        # known to be one.
        if any(ends[n] != Interval(best, best) for n in places) and len(places) > 1:
            raise Undefined("two numbers too close to each other")
        return places[-1] if self.exact.last_wins else places[0]


def _point(x: Fraction) -> Any:
    """The interval of mpmath that holds one number."""
    return iv.mpf(x.numerator) / x.denominator


def _error_function(x: Any) -> Any:
    """The interval that holds erf of an interval; erf grows."""
    margin = iv.mpf(2) ** -iv.prec
    with workprec(iv.prec + GUARD):
        ends = [iv.mpf(erf(mpf(end))) for end in (x.a._mpi_[0], x.b._mpi_[1])]
    return iv.mpf([(ends[0] - margin).a, (ends[1] + margin).b])


def _fraction(x: tuple[int, int, int, int]) -> Fraction:
    """One end of an interval of mpmath, exactly."""
    sign, mantissa, exponent, _ = x
    if not mantissa and exponent:
        raise Undefined("a number without bounds")
    size = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -size if sign else size
