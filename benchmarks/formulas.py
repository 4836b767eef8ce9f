"""Formulas of entries, sums and functions, and what they are worth in NumPy.

Nothing of `symconv.claims` is used: these formulas decide what is true where the judge of claims is
measured. An entry outside its tensor is 0; where a formula applies a function to such an entry, or
divides by 0, readers differ, and `AmbiguousError` says that the formula is no use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

Array = Any


class AmbiguousError(Exception):
    """A formula that readers may take in two ways."""


@dataclass(frozen=True)
class Formula:
    """A node; `children` are the formulas below it."""

    def __add__(self, other: Formula | int) -> Formula:
        return Plus((self, as_formula(other)))

    def __radd__(self, other: int) -> Formula:
        return Plus((as_formula(other), self))

    def __sub__(self, other: Formula | int) -> Formula:
        return Plus((self, Minus(as_formula(other))))

    def __rsub__(self, other: int) -> Formula:
        return Plus((as_formula(other), Minus(self)))

    def __mul__(self, other: Formula | int) -> Formula:
        return Times((self, as_formula(other)))

    def __rmul__(self, other: int) -> Formula:
        return Times((as_formula(other), self))

    def __truediv__(self, other: Formula | int) -> Formula:
        return Quotient(self, as_formula(other))

    def __rtruediv__(self, other: int) -> Formula:
        return Quotient(as_formula(other), self)

    def __neg__(self) -> Formula:
        return Minus(self)

    def __pow__(self, exponent: int) -> Formula:
        return Raised(self, exponent)

    @cached_property
    def children(self) -> tuple[Formula, ...]:
        """The formulas below, in the order of the fields."""
        found: list[Formula] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Formula):
                found.append(value)
            elif isinstance(value, tuple):
                found += [x for x in value if isinstance(x, Formula)]
        return tuple(found)

    def walk(self) -> Iterator[Formula]:
        """The node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def rebuild(self, change: Callable[[Formula], Formula]) -> Formula:
        """The node with its children changed."""
        made: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Formula):
                made[one.name] = change(value)
            elif isinstance(value, tuple):
                made[one.name] = tuple(change(x) if isinstance(x, Formula) else x for x in value)
        return replace(self, **made) if made else self


@dataclass(frozen=True)
class Number(Formula):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True)
class Name(Formula):
    """An index or a size."""

    name: str


@dataclass(frozen=True)
class Entry(Formula):
    """An entry of a tensor; "dE/dz" is a gradient, which `delta` writes as an error signal."""

    tensor: str
    indices: tuple[Formula, ...] = ()
    delta: bool = False


@dataclass(frozen=True)
class Slope(Formula):
    """The derivative of one entry by another."""

    over: Entry
    under: Entry


@dataclass(frozen=True)
class Plus(Formula):
    """A sum of terms."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Times(Formula):
    """A product of factors."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Minus(Formula):
    """The negative."""

    body: Formula


@dataclass(frozen=True)
class Quotient(Formula):
    """A fraction."""

    over: Formula
    under: Formula


@dataclass(frozen=True)
class Raised(Formula):
    """A whole power."""

    base: Formula
    exponent: int


@dataclass(frozen=True)
class Total(Formula):
    """The sum over an index from `low` up to and with `high`."""

    index: str
    low: Formula
    high: Formula
    body: Formula


@dataclass(frozen=True)
class Applied(Formula):
    """A function of numbers: exp, log, sigmoid, tanh, relu, step, sqrt, max, and slopes of them."""

    function: str
    arguments: tuple[Formula, ...]


@dataclass(frozen=True)
class Truth(Formula):
    """1 where a comparison holds, else 0."""

    left: Formula
    relation: str
    right: Formula


def as_formula(value: Formula | int | str | Fraction) -> Formula:
    """A formula of a number or a name."""
    if isinstance(value, Formula):
        return value
    return Name(value) if isinstance(value, str) else Number(Fraction(value))


def entry(tensor: str, *indices: Formula | int | str) -> Entry:
    """An entry, its indices given as names or formulas."""
    return Entry(tensor, tuple(as_formula(i) for i in indices))


def total(body: Formula, *ranges: tuple[str, Formula | int | str]) -> Formula:
    """Sums over indices from 0 to below their extents."""
    for index, extent in reversed(ranges):
        body = Total(index, Number(Fraction(0)), fold(as_formula(extent) - 1), body)
    return body


def put(formula: Formula, name: str, value: Formula) -> Formula:
    """The formula with a formula in place of a free name."""
    if isinstance(formula, Name):
        return value if formula.name == name else formula
    if isinstance(formula, Total) and formula.index == name:
        return replace(
            formula, low=put(formula.low, name, value), high=put(formula.high, name, value)
        )
    return formula.rebuild(lambda child: put(child, name, value))


def free_names(formula: Formula) -> set[str]:
    """The names that no sum of the formula binds."""
    if isinstance(formula, Name):
        return {formula.name}
    if isinstance(formula, Total):
        inner = free_names(formula.body) - {formula.index}
        return inner | free_names(formula.low) | free_names(formula.high)
    return set().union(*(free_names(child) for child in formula.children))


def fold(formula: Formula) -> Formula:  # noqa: C901, PLR0911
    """Sums and products of numbers worked out, and what changes nothing left out."""
    formula = formula.rebuild(fold)
    if isinstance(formula, Minus) and isinstance(formula.body, Number):
        return Number(-formula.body.value)
    if isinstance(formula, Minus) and isinstance(formula.body, Minus):
        return formula.body.body
    if isinstance(formula, Plus):
        flat: list[Formula] = []
        for part in formula.parts:
            flat += part.parts if isinstance(part, Plus) else [part]
        constant = sum((p.value for p in flat if isinstance(p, Number)), Fraction(0))
        rest = [p for p in flat if not isinstance(p, Number)]
        if constant or not rest:
            rest.append(Number(constant))
        return rest[0] if len(rest) == 1 else Plus(tuple(rest))
    if isinstance(formula, Times):
        flat = []
        for part in formula.parts:
            flat += part.parts if isinstance(part, Times) else [part]
        numbers = [p.value for p in flat if isinstance(p, Number)]
        flat = [p for p in flat if not isinstance(p, Number)]
        if (factor := prod(numbers, start=Fraction(1))) != 1 or not flat:
            flat.insert(0, Number(factor))
        if any(p == Number(Fraction(0)) for p in flat):
            return Number(Fraction(0))
        return flat[0] if len(flat) == 1 else Times(tuple(flat))
    if isinstance(formula, Quotient) and formula.under == Number(Fraction(1)):
        return formula.over
    return formula


FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "step": lambda x: 1.0 * (x > 0),
    "relu'": lambda x: 1.0 * (x > 0),
    "tanh'": lambda x: 1 - np.tanh(x) ** 2,
    "sigmoid'": lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    "max": lambda *x: np.maximum.reduce(np.broadcast_arrays(*x)),
}
RELATIONS: Mapping[str, Callable[[Array, Array], Array]] = {
    "=": lambda a, b: np.abs(a - b) < 1e-9,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}
MOST_CELLS = 30_000_000
"""How many numbers one array of an evaluation may have: some hundred megabytes."""


@dataclass
class Evaluation:
    """What a formula is worth for some values of its free indices, all at once.

    Every free index is an array over the points, which is the last axis; every sum adds one axis
    in front. `absent` tells whether an entry outside its tensor was read.
    """

    tensors: Mapping[str, Array]
    sizes: Mapping[str, int]
    indices: dict[str, Array]
    axes: int = 1
    absent: bool = field(default=False)

    def worth(self, node: Formula) -> Array:  # noqa: C901, PLR0911, PLR0912
        """The value at every point."""
        match node:
            case Number(value):
                return np.float64(value)
            case Name(name):
                return self.indices[name] if name in self.indices else np.float64(self.sizes[name])
            case Entry(tensor, indices):
                return self.read(tensor, indices)
            case Slope(over, under):
                key = f"d{over.tensor}/d{under.tensor}"
                return self.read(key, over.indices + under.indices)
            case Plus(parts):
                return sum(self.worth(p) for p in parts)
            case Times(parts):
                return np.prod(np.broadcast_arrays(*map(self.worth, parts)), axis=0)
            case Minus(body):
                return -self.worth(body)
            case Quotient(over, under):
                below = self.defined(under)
                if np.any(np.abs(below) < 1e-12):
                    raise AmbiguousError("division by 0")
                return self.worth(over) / below
            case Raised(base, exponent):
                return self.worth(base) ** exponent
            case Applied(function, arguments):
                with np.errstate(all="raise"):
                    try:
                        return FUNCTIONS[function](*map(self.defined, arguments))
                    except FloatingPointError as error:
                        raise AmbiguousError(str(error)) from error
            case Truth(left, relation, right):
                return 1.0 * RELATIONS[relation](self.defined(left), self.defined(right))
            case Total():
                return self.add_up(node)
        raise AssertionError(node)

    def defined(self, node: Formula) -> Array:
        """The value of what a function is applied to, which no absent entry may be part of."""
        before, self.absent = self.absent, False
        found = self.worth(node)
        if self.absent:
            raise AmbiguousError("a function of an absent entry")
        self.absent = before
        return found

    def read(self, tensor: str, indices: Sequence[Formula]) -> Array:
        """An entry, 0 outside and between whole numbers."""
        array = self.tensors[tensor]
        if array.ndim != len(indices):
            raise AmbiguousError(f"{tensor} with {len(indices)} indices")
        if not indices:
            return np.float64(array)
        places = np.broadcast_arrays(*(self.worth(i) for i in indices))
        inside = np.ones(places[0].shape, bool)
        rounded = []
        for place, extent in zip(places, array.shape, strict=True):
            whole = np.rint(place)
            inside &= (np.abs(place - whole) < 1e-9) & (whole >= 0) & (whole < extent)
            rounded.append(np.clip(whole, 0, extent - 1).astype(int))
        self.absent |= not inside.all()
        return np.where(inside, array[tuple(rounded)], 0.0)

    def add_up(self, node: Total) -> Array:
        low, high = self.worth(node.low), self.worth(node.high)
        if np.ndim(low) or np.ndim(high) or low != np.rint(low) or high != np.rint(high):
            raise AmbiguousError("limits that depend on an index")
        values = np.arange(int(low), int(high) + 1, dtype=float)
        inner = Evaluation(self.tensors, self.sizes, dict(self.indices), self.axes + 1)
        inner.indices[node.index] = values.reshape((-1,) + (1,) * self.axes)
        body = np.asarray(inner.worth(node.body)) if len(values) else np.zeros(())
        if body.size > MOST_CELLS:
            raise AmbiguousError("too large")
        # An entry that is absent within a sum is a term that is left out, whoever reads it.
        self.absent |= inner.absent
        return body.sum(axis=0) if body.ndim > self.axes else body * len(values)
