"""Equations at concrete sizes as straight-line code: one assignment an entry, maxima by comparing.

Entries that only rename another entry cost nothing. An entry that is a product with a guard (a
delta behind a maximum) is never written: what reads it is added in the branch of the winner, so
that the backward pass touches the winners alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count, product

from sympy import Symbol

from symconv.core.equation import Equation, Program
from symconv.core.errors import Unsupported
from symconv.core.nodes import MaxOver

from . import scalar_program as scalar
from .scalar_program import (
    Assign,
    Branch,
    Entry,
    Product,
    ScalarStatement,
    Select,
    Winner,
    list_entries_of,
)
from .scalar_terms import ScalarExpansion

Waiting = dict[Winner, dict[int, list[tuple[Entry, Product]]]]


@dataclass
class ScalarPlanner:
    """Makes the statements of one function after another; the second knows what the first named.

    `results` are the keys of the tensors whose every entry is written. `names` are entries that
    stand for something else, `winners` the choices made so far, `waiting` what has still to be
    added in the branches of a winner, `open_targets` what it is added to.
    """

    program: Program
    results: frozenset[str]
    statements: list[ScalarStatement] = field(default_factory=list)
    names: dict[Entry, Product] = field(default_factory=dict)
    winners: dict[tuple[Entry, ...], Winner] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=dict)
    open_targets: set[Entry] = field(default_factory=set)
    serials: count[int] = field(default_factory=count)

    def run(self, equations: tuple[Equation, ...]) -> tuple[ScalarStatement, ...]:
        """The statements that compute these equations; Unsupported where there are none."""
        self.statements = []
        for equation in equations:
            for target, at in self._targets(equation):
                self._entry(equation, target, at)
        self.flush()
        return tuple(self.statements)

    @cached_property
    def terms(self) -> ScalarExpansion:
        shapes = {t.key: tuple(int(n) for n in t.shape) for t in self.program.tensors}
        return ScalarExpansion(shapes, self.read, self.choose)

    def read(self, entry: Entry) -> scalar.Sum:
        """What an entry stands for: itself, or the product that it is another name for."""
        if entry in self.open_targets:
            self.flush()
        found = self.names.get(entry)
        return (Product(scalar.ONE, (entry,)) if found is None else found,)

    def choose(self, among: tuple[Entry, ...]) -> Winner:
        """The winner among entries, compared now if that has not been done before."""
        among = tuple(self.plain(e) for e in among)
        if among not in self.winners:
            self._select(None, among)
        return self.winners[among]

    def plain(self, entry: Entry) -> Entry:
        """The entry that another one is a name for; Unsupported where that is no single entry."""
        (found,) = self.read(entry)
        if found.coefficient != 1 or len(found.factors) != 1:
            raise Unsupported("a maximum of products has no scalar form")
        (factor,) = found.factors
        if not isinstance(factor, Entry):
            raise Unsupported("a maximum of functions has no scalar form")
        return factor

    def flush(self) -> None:
        """Write the branches that wait."""
        for winner, cases in self.waiting.items():
            ordered = tuple((k, tuple(cases[k])) for k in sorted(cases))
            self.statements.append(Branch(winner, ordered))
        self.waiting, self.open_targets = {}, set()

    def _targets(self, equation: Equation) -> Iterator[tuple[Entry, dict[Symbol, int]]]:
        terms = self.terms
        for places in product(*(range(int(n)) for _, n in equation.ranges)):
            at = dict(zip((v for v, _ in equation.ranges), places, strict=True))
            target = terms.entry(equation.lhs, at)
            if target is None:
                raise Unsupported(f"{equation.lhs} is out of bounds")
            yield target, at

    def _entry(self, equation: Equation, target: Entry, at: dict[Symbol, int]) -> None:
        terms = self.terms
        if isinstance(equation.rhs, MaxOver):
            among, _ = terms.alternatives(equation.rhs, at)
            self._select(target, tuple(self.plain(e) for e in among))
            return
        self._assign(target, tuple(p for p in terms(equation.rhs, at) if p.coefficient))

    def _select(self, target: Entry | None, among: tuple[Entry, ...]) -> None:
        self.winners[among] = Winner(next(self.serials))
        self.statements.append(Select(target, self.winners[among], among))

    def _assign(self, target: Entry, value: scalar.Sum) -> None:
        guarded = [p for p in value if p.guards]
        # A delta that comes through two maxima without being written: branches are not nested.
        if any(len(p.guards) > 1 for p in guarded):
            raise Unsupported("a product of two choices has no scalar form")
        # A delta behind a maximum is 0 for all but the winner. Only a result has to be written with
        # its zeros; elsewhere whoever reads the entry reads the guarded product.
        hidden = guarded and target.key not in self.results
        if len(value) == 1 and (hidden or _is_name(value[0])):
            self.names[target] = value[0]
            return
        # First what is always there (0 if nothing is), then the branches add to it.
        self.statements.append(Assign(target, tuple(p for p in value if not p.guards)))
        for p in guarded:
            (guard,) = p.guards
            rest = replace(p, factors=tuple(f for f in p.factors if f != guard))
            cases = self.waiting.setdefault(guard.winner, {})
            cases.setdefault(guard.number, []).append((target, rest))
            self.open_targets.add(target)


def _is_name(product_: Product) -> bool:
    """Whether a product is another entry and nothing else."""
    factors = product_.factors
    return product_.coefficient == 1 and len(factors) == 1 and isinstance(factors[0], Entry)


def count_entries_read(statements: tuple[ScalarStatement, ...]) -> int:
    """How many entries the statements read, about the number of operations; one branch runs."""
    found = 0
    for s in statements:
        if isinstance(s, Assign):
            found += len(list_entries_of(s.value))
        elif isinstance(s, Select):
            found += len(s.among)
        else:
            found += max(sum(len(p.factors) for _, p in pairs) for _, pairs in s.cases)
    return found
