"""A formula at concrete indices as a sum of products of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product as pairs
from math import lcm
from typing import cast

from sympy import Add, Expr, Function, KroneckerDelta, Mul, Pow, Rational, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, MaxOver, NamedNumber, OneHot
from symconv.core.tensor import key_of
from symconv.lower.affine import affine_form

from . import scalar_program as scalar
from .scalar_program import Compound, Entry, Guard, Place, Product, Winner

ONE = Product(Fraction(1))
FUNCTIONS = ("relu", "step", "sigmoid", "tanh")
Values = Mapping[Symbol, int]
Form = tuple[int, int, tuple[tuple[Symbol, int], ...]]
Access = tuple[str, tuple[Form, ...]]
Turns = tuple[dict[Symbol, int], ...]
Read = Callable[[Entry], scalar.Sum]
Choose = Callable[[tuple[Entry, ...]], Winner]


@dataclass(frozen=True)
class ScalarExpansion:
    """Writes formulas out.

    `shapes` say which entries exist, `read` what an entry is (itself, or what it is another name
    for), `choose` finds the winner among alternatives. `accesses` and `turns` remember what was
    worked out for a node, by its identity, since comparing formulas takes long.
    """

    shapes: Mapping[str, tuple[int, ...]]
    read: Read
    choose: Choose
    accesses: dict[int, tuple[Indexed, str, tuple[Form, ...]]] = field(default_factory=dict)
    turns: dict[int, tuple[ExprWithLimits, Turns]] = field(default_factory=dict)

    def __call__(self, e: Expr, at: Values) -> scalar.Sum:  # noqa: C901, PLR0911 - one per kind
        """The formula at these values of its indices."""
        match e:
            case Rational():
                return _number(to_fraction(e))
            case NamedNumber():
                return _number(to_fraction(e.value))
            case Symbol():
                return _number(evaluate_place(e, at))
            case Indexed():
                entry = self.entry(e, at)
                return () if entry is None else self.read(entry)
            case Add():
                return tuple(p for a in e.args for p in self(a, at))
            case Sum():
                return tuple(p for inner in self.over(e, at) for p in self(e.function, inner))
            case Mul():
                return self._product(e.args, at)
            case Pow():
                return self._power(e, at)
            case KroneckerDelta() | Box():
                return (ONE,) if bracket_holds(e, at) else ()
            case OneHot():
                return self._one_hot(e, at)
            case Function():
                return self._function(e, at)
        raise Unsupported(f"no scalar form is known for {type(e).__name__}")

    def entry(self, access: Indexed, at: Values) -> Entry | None:
        """The entry that an access names; None where it is absent."""
        # The table holds the node beside its identity: as long as it lives no other node has that.
        known = self.accesses.get(id(access))
        if known is None:
            known = self.accesses[id(access)] = (access, *_access_forms(access))
        _, key, forms = known
        place = []
        for (scale, constant, terms), n in zip(forms, self.shapes[key], strict=True):
            p = constant
            for v, c in terms:
                p += c * at[v]
            if scale != 1:
                p, rest = divmod(p, scale)
                # Between two integers there is no entry: absent.
                if rest:
                    return None
            if not 0 <= p < n:
                return None
            place.append(p)
        return Entry(key, tuple(place))

    def over(self, binder: ExprWithLimits, at: Values) -> Iterator[dict[Symbol, int]]:
        """The values of all indices inside a binder, turn by turn; the first limit is outermost."""
        known = self.turns.get(id(binder))
        if known is None:
            known = self.turns[id(binder)] = (binder, _list_turns(binder))
        for inner in known[1]:
            yield {**at, **inner}

    def alternatives(self, maximum: MaxOver, at: Values) -> tuple[tuple[Entry, ...], list[Place]]:
        """The entries that a maximum is taken of, row by row, and their places in the window."""
        if not isinstance(maximum.function, Indexed):
            raise Unsupported("a maximum of anything but entries has no scalar form")
        found: list[Entry] = []
        places: list[Place] = []
        for inner in self.over(maximum, at):
            entry = self.entry(maximum.function, inner)
            if entry is not None:
                found.append(entry)
                places.append(tuple(inner[v] for v in maximum.variables))
        return tuple(found), places

    def _one_hot(self, e: OneHot, at: Values) -> scalar.Sum:
        found, places = self.alternatives(e.maximum, at)
        position = tuple(int(evaluate_place(p, at)) for p in e.position)
        if position not in places:
            return ()
        guard = Guard(self.choose(found), places.index(position))
        return (Product(Fraction(1), (guard,)),)

    def _product(self, factors: tuple[Expr, ...], at: Values) -> scalar.Sum:
        """A product; a factor of several addends stays one factor: nothing is multiplied out."""
        result: Product | None = None
        for factor in factors:
            value = self(factor, at)
            if not value:
                return ()
            single = value[0] if len(value) == 1 else _compound("sum", value)
            result = single if result is None else result.times(single)
        return (result or ONE,)

    def _power(self, e: Pow, at: Values) -> scalar.Sum:
        base, exponent = e.args
        if not exponent.is_Integer:
            raise Unsupported("a power that is no whole number has no scalar form")
        value = self(base, at)
        if exponent < 0:
            return _power_of_number(value, int(exponent))
        single = value[0] if len(value) == 1 else _compound("sum", value)
        result = ONE
        for _ in range(int(exponent)):
            result = result.times(single)
        return (result,) if value else ()

    def _function(self, e: Function, at: Values) -> scalar.Sum:
        name = e.func.__name__
        if name not in FUNCTIONS:
            raise Unsupported(f"the function {name} has no scalar form")
        return (_compound(name, self(cast("Expr", e.args[0]), at)),)


def _list_turns(binder: ExprWithLimits) -> Turns:
    """The values of the bound indices, turn by turn, the first limit outermost."""
    spans = [range(int(low), int(high) + 1) for _, low, high in binder.limits]
    return tuple(dict(zip(binder.variables, places, strict=True)) for places in pairs(*spans))


def evaluate_place(e: Expr, at: Values) -> Fraction:
    """An index expression as a number; a fraction where no entry stands."""
    scale, constant, terms = _remember_form(e)
    return Fraction(constant + sum(c * at[v] for v, c in terms), scale)


@lru_cache(maxsize=4096)
def _remember_form(e: Expr) -> Form:
    """The form of an index expression, remembered."""
    return _integer_form(e)


def _integer_form(e: Expr) -> Form:
    """An index expression times a number that makes it whole, and that number in front."""
    form = affine_form(e, sorted(e.atoms(Symbol), key=str))
    found = [to_fraction(form.constant), *(to_fraction(c) for _, c in form.terms)]
    scale = lcm(*(c.denominator for c in found))
    constant, *rest = (int(c * scale) for c in found)
    return scale, constant, tuple(zip((v for v, _ in form.terms), rest, strict=True))


def _access_forms(access: Indexed) -> Access:
    """The key of the tensor behind an access, and its indices."""
    return key_of(access), tuple(_integer_form(i) for i in access.indices)


def to_fraction(e: Expr) -> Fraction:
    """An exact number of SymPy as one of Python."""
    if not isinstance(e, Rational):
        raise Unsupported(f"{e} is not a rational number")
    return Fraction(int(e.p), int(e.q))


def bracket_holds(e: KroneckerDelta | Box, at: Values) -> bool:
    """Whether a bracket is 1 at these values of its indices."""
    if isinstance(e, Box):
        place = evaluate_place(e.place, at)
        return place.denominator == 1 and 0 <= place < evaluate_place(e.extent, at)
    first, second = (cast("Expr", a) for a in e.args[:2])
    return evaluate_place(first, at) == evaluate_place(second, at)


def _number(value: Fraction) -> scalar.Sum:
    """A number as a sum; 0 is the empty one."""
    return (Product(value),) if value else ()


def _power_of_number(value: scalar.Sum, exponent: int) -> scalar.Sum:
    """A negative power of a number; Unsupported for anything else, which may be 0."""
    total = sum((Fraction(p.coefficient) for p in value), Fraction())
    # Python raises an error where NumPy gives infinity.
    if any(p.factors for p in value) or total == 0:
        raise Unsupported("a division by what may be 0 has no scalar form")
    return _number(total**exponent)


def _compound(function: str, value: scalar.Sum) -> Product:
    """A function of a sum as a product of one factor."""
    if any(p.guards for p in value):
        raise Unsupported("a function of what depends on a choice has no scalar form")
    return Product(Fraction(1), (Compound(function, value),))
