"""Straight-line scalar code as data: entries of tensors, sums of products, choices."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

Place = tuple[int, ...]
ONE = Fraction(1)


@dataclass(frozen=True)
class Entry:
    """One entry of a tensor."""

    key: str
    place: Place


@dataclass(frozen=True)
class Winner:
    """Which of several alternatives is the first largest: a small integer, found by comparing."""

    serial: int


@dataclass(frozen=True)
class Guard:
    """[the winner is the alternative of that number]: 1 in one branch, 0 in the others."""

    winner: Winner
    number: int


@dataclass(frozen=True)
class Compound:
    """A function of a sum; "sum" stands for the sum itself."""

    function: str
    of: Sum


Factor: TypeAlias = Entry | Guard | Compound


@dataclass(frozen=True)
class Product:
    """coefficient * product of the factors."""

    coefficient: Fraction
    factors: tuple[Factor, ...] = ()

    def times(self, other: Product) -> Product:
        """The product of two products."""
        coefficient = self.coefficient
        if other.coefficient != ONE:
            coefficient *= other.coefficient
        return Product(coefficient, self.factors + other.factors)

    @property
    def guards(self) -> tuple[Guard, ...]:
        return tuple(f for f in self.factors if isinstance(f, Guard))


Sum = tuple[Product, ...]


@dataclass(frozen=True)
class Assign:
    """target = value, which completes one entry of an equation."""

    target: Entry
    value: Sum


@dataclass(frozen=True)
class Select:
    """target = the first largest of the alternatives, `winner` its number; one may be unasked."""

    target: Entry | None
    winner: Winner | None
    among: tuple[Entry, ...]


@dataclass(frozen=True)
class Branch:
    """For the alternative that won: target += product, for every pair of its list."""

    winner: Winner
    cases: tuple[tuple[int, tuple[tuple[Entry, Product], ...]], ...]


ScalarStatement: TypeAlias = Assign | Select | Branch


def list_entries_of(value: Sum) -> list[Entry]:
    """Every entry that a sum reads, in order."""
    found: list[Entry] = []
    for product in value:
        for factor in product.factors:
            if isinstance(factor, Entry):
                found.append(factor)
            elif isinstance(factor, Compound):
                found += list_entries_of(factor.of)
    return found


def list_assignments(statements: tuple[ScalarStatement, ...]) -> list[Entry | Winner]:
    """Entries in the order of writing, then winners."""
    entries = [s.target for s in statements if not isinstance(s, Branch) and s.target]
    return [*entries, *(s.winner for s in statements if isinstance(s, Select) and s.winner)]


def collect_reads(statements: tuple[ScalarStatement, ...]) -> set[Entry | Winner]:
    """The entries that statements read."""
    return {e for s in statements for e in _list_reads(s)}


def _list_reads(s: ScalarStatement) -> list[Entry]:
    if isinstance(s, Assign):
        return list_entries_of(s.value)
    if isinstance(s, Select):
        return list(s.among)
    return [e for _, pairs in s.cases for _, p in pairs for e in list_entries_of((p,))]
