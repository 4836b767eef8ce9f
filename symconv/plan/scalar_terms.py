"""A formula at concrete indices as a sum of products of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product as pairs
from typing import cast

from sympy import Add, Expr, Function, KroneckerDelta, Mul, Pow, Rational, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, MaxOver, OneHot
from symconv.lower.affine import affine

from . import scalar_program as scalar
from .scalar_program import Compound, Entry, Guard, Place, Product, Winner

ONE = Product(Fraction(1))
FUNCTIONS = ("relu", "step", "sigmoid", "tanh")
Values = Mapping[Symbol, int]
Read = Callable[[Entry], scalar.Sum]
Choose = Callable[[tuple[Entry, ...]], Winner]


@dataclass(frozen=True)
class Terms:
    """Writes formulas out.

    `shapes` say which entries exist, `read` what an entry is (itself, or what it is another name
    for), `choose` finds the winner among alternatives.
    """

    shapes: Mapping[str, tuple[int, ...]]
    read: Read
    choose: Choose

    def __call__(self, e: Expr, at: Values) -> scalar.Sum:  # noqa: C901, PLR0911 - one per kind
        """The formula at these values of its indices."""
        match e:
            case Rational():
                return _number(fraction(e))
            case Symbol():
                return _number(place_of(e, at))
            case Indexed():
                entry = self.entry(e, at)
                return () if entry is None else self.read(entry)
            case Add():
                return tuple(p for a in e.args for p in self(a, at))
            case Sum():
                return tuple(p for inner in over(e, at) for p in self(e.function, inner))
            case Mul():
                return self._product(e.args, at)
            case Pow():
                return self._power(e, at)
            case KroneckerDelta() | Box():
                return (ONE,) if holds(e, at) else ()
            case OneHot():
                return self._one_hot(e, at)
            case Function():
                return self._function(e, at)
        raise Unsupported(f"no scalar form is known for {type(e).__name__}")

    def entry(self, access: Indexed, at: Values) -> Entry | None:
        """The entry that an access names; None where it is absent."""
        key = str(access.base.label)
        place = tuple(place_of(i, at) for i in access.indices)
        shape = self.shapes[key]
        if not all(p.denominator == 1 and 0 <= p < n for p, n in zip(place, shape, strict=True)):
            return None
        return Entry(key, tuple(int(p) for p in place))

    def alternatives(self, maximum: MaxOver, at: Values) -> tuple[tuple[Entry, ...], list[Place]]:
        """The entries that a maximum is taken of, row by row, and their places in the window."""
        if not isinstance(maximum.function, Indexed):
            raise Unsupported("a maximum of anything but entries has no scalar form")
        found: list[Entry] = []
        places: list[Place] = []
        for inner in over(maximum, at):
            entry = self.entry(maximum.function, inner)
            if entry is not None:
                found.append(entry)
                places.append(tuple(inner[v] for v in maximum.variables))
        return tuple(found), places

    def _one_hot(self, e: OneHot, at: Values) -> scalar.Sum:
        found, places = self.alternatives(e.maximum, at)
        position = tuple(int(place_of(p, at)) for p in e.position)
        if position not in places:
            return ()
        guard = Guard(self.choose(found), places.index(position))
        return (Product(Fraction(1), (guard,)),)

    def _product(self, factors: tuple[Expr, ...], at: Values) -> scalar.Sum:
        """A product; a factor of several addends stays one factor."""
        result = ONE
        for factor in factors:
            value = self(factor, at)
            if not value:
                return ()
            single = value[0] if len(value) == 1 else _compound("sum", value)
            result = result.times(single)
        return (result,)

    def _power(self, e: Pow, at: Values) -> scalar.Sum:
        base, exponent = e.args
        if not exponent.is_Integer:
            raise Unsupported("a power that is no whole number has no scalar form")
        value = self(base, at)
        if exponent < 0:
            single = _compound("reciprocal", value)
        else:
            single = value[0] if len(value) == 1 else _compound("sum", value)
        result = ONE
        for _ in range(abs(int(exponent))):
            result = result.times(single)
        return (result,) if value or exponent < 0 else ()

    def _function(self, e: Function, at: Values) -> scalar.Sum:
        name = e.func.__name__
        if name not in FUNCTIONS:
            raise Unsupported(f"the function {name} has no scalar form")
        return (_compound(name, self(cast("Expr", e.args[0]), at)),)


def over(binder: ExprWithLimits, at: Values) -> Iterator[dict[Symbol, int]]:
    """The index values inside a binder, the first limit outermost."""
    spans = [range(int(low), int(high) + 1) for _, low, high in binder.limits]
    for places in pairs(*spans):
        yield {**at, **dict(zip(binder.variables, places, strict=True))}


def place_of(e: Expr, at: Values) -> Fraction:
    """An index expression as a number."""
    constant, terms = _compiled(e)
    return constant + sum((c * at[v] for v, c in terms), Fraction(0))


@lru_cache(maxsize=4096)
def _compiled(e: Expr) -> tuple[Fraction, tuple[tuple[Symbol, Fraction], ...]]:
    form = affine(e, sorted(e.atoms(Symbol), key=str))
    return fraction(form.constant), tuple((v, fraction(c)) for v, c in form.terms)


def fraction(e: Expr) -> Fraction:
    """An exact number of SymPy as one of Python."""
    if not isinstance(e, Rational):
        raise Unsupported(f"{e} is not a rational number")
    return Fraction(int(e.p), int(e.q))


def holds(e: KroneckerDelta | Box, at: Values) -> bool:
    """Whether a bracket is 1."""
    if isinstance(e, Box):
        place = place_of(e.place, at)
        return place.denominator == 1 and 0 <= place < place_of(e.extent, at)
    first, second = (cast("Expr", a) for a in e.args[:2])
    return place_of(first, at) == place_of(second, at)


def _number(value: Fraction) -> scalar.Sum:
    return (Product(value),) if value else ()


def _compound(function: str, value: scalar.Sum) -> Product:
    if any(p.guards for p in value):
        raise Unsupported("a function of what depends on a choice has no scalar form")
    return Product(Fraction(1), (Compound(function, value),))
