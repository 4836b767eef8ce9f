"""A world: one choice of numbers for everything that a network leaves open, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from symconv.claims.model.errors import NotChecked
from symconv.claims.model.facts import Facts, Shape
from symconv.core.equation import Equation, Program
from symconv.core.labels import labels_of
from symconv.core.tensor import Tensor
from symconv.semantics.places import Place, whole
from symconv.semantics.protocol import Algebra
from symconv.semantics.run import Tables, needed, reads, run
from symconv.semantics.tape import Tape
from symconv.semantics.work import places

Table = Mapping[Place, Any]


class Partial(dict[Place, Any]):
    """A table that lacks some entries; reading one of those says that it has no value."""

    def __init__(self, known: Mapping[Place, Any], name: str, missing: frozenset[Place]) -> None:
        super().__init__(known)
        self.name = name
        self.missing = missing

    def __missing__(self, place: Place) -> Any:
        raise self.error()

    def get(self, place: Place, default: Any = None) -> Any:
        """The entry; NotChecked where it has no value."""
        if place in self.missing:
            raise self.error()
        return super().get(place, default)

    def error(self) -> NotChecked:
        """Which entry has no value."""
        return NotChecked(f"there is no value for {self.name}")


@dataclass
class World:
    """Entries of tensors, computed when asked for.

    `given` are the numbers that are chosen, inputs and parameters or anything further on.
    `program` is the derived one, or one with a broken rule.
    """

    facts: Facts
    algebra: Algebra
    given: Mapping[str, Table]
    program: Program
    scalars: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, tuple[Shape, Table]] = field(default_factory=dict)
    known: Tables = field(default_factory=dict)

    def table(self, key: str) -> Table:
        """The entries of a tensor of the forward or the backward pass."""
        if key in self.given:
            return self.given[key]
        if key not in self.known:
            self._compute(key)
        return self.known[key]

    def _compute(self, key: str) -> None:
        have = {**self.known, **self.given}
        missing = sorted(_roots(self.program, have, key))
        if missing:
            raise NotChecked(f"there are no values for {', '.join(missing)}")
        for tensor in needed(self.program, have, [key])[1]:
            table = have[tensor.key]
            if isinstance(table, Partial):
                raise table.error()
        found = run(self.program, self.facts.size_map, have, self.algebra, wanted=[key])
        self.known |= {k: t for k, t in found.items() if k not in self.given}

    def shape(self, key: str) -> Shape:
        return self.facts.shape(self.program.tensor(key))

    def broken(self, equations: Mapping[str, Equation]) -> World:
        """The same numbers under a program in which some equations are replaced."""
        program = replace(
            self.program,
            equations=tuple(equations.get(e.key, e) for e in self.program.equations),
        )
        changed = downstream(program, equations.keys())
        kept = {k: t for k, t in self.known.items() if k not in changed}
        return replace(self, program=program, known=kept)

    @cached_property
    def taped(self) -> Taped:
        """The forward pass on a tape, for derivatives of anything by anything."""
        return Taped(self)

    def slopes(self, seed: Any) -> list[Any]:
        """d(seed)/d(node) for every node of the tape."""
        return self.taped.tape.adjoints({seed: self.algebra.number(1)})


class Taped:
    """A world on a tape; its tables hold nodes."""

    def __init__(self, world: World) -> None:
        self.tape = Tape(world.algebra)
        forward = world.facts.forward
        given = {
            key: {p: self.tape.entry(v) for p, v in table.items()}
            for key, table in world.given.items()
            if key in forward.by_key and not isinstance(table, Partial)
        }
        keys = [t.key for t in forward.tensors if not _roots(forward, given, t.key)]
        self.tables: Tables = {}
        for key in keys:
            if key not in self.tables:
                have = {**self.tables, **given}
                self.tables |= run(forward, world.facts.size_map, have, self.tape, wanted=[key])
                if key in given:
                    self.tables[key] = dict(given[key])


@lru_cache(maxsize=256)
def links(program: Program) -> Mapping[str, frozenset[str]]:
    """The tensors that are computed, each with those that its equations read."""
    found: dict[str, frozenset[str]] = {}
    for equation in program.equations:
        key = equation.key
        found[key] = found.get(key, frozenset()) | reads(equation)
    return found


def _roots(program: Program, have: Mapping[str, object], key: str) -> set[str]:
    """The tensors without a value that a tensor depends on."""
    table = links(program)
    found, waiting, seen = set(), [key], {key}
    while waiting:
        here = waiting.pop()
        if here in have:
            continue
        if here not in table:
            found.add(here)
        new = table.get(here, frozenset()) - seen
        seen |= new
        waiting += new
    return found


def downstream(program: Program, keys: Iterable[str]) -> set[str]:
    """The tensors that depend on any of some tensors, those included."""
    found = set(keys)
    for key, read in links(program).items():
        if read & found:
            found.add(key)
    return found


def leaves(facts: Facts) -> list[Tensor]:
    """The tensors that no equation computes."""
    computed = {e.key for e in facts.program.equations}
    return [t for t in facts.program.tensors if t.key not in computed]


def classes_of(facts: Facts) -> dict[str, int]:
    """How many classes the labels of a tensor choose from, by its key."""
    found = labels_of(facts.forward.equations).items()
    return {key: whole(count, facts.size_map) for key, count in found if count is not None}


def all_places(facts: Facts, tensor: Tensor) -> list[Place]:
    """The places of all entries of a tensor, row by row."""
    return places(tensor, facts.size_map)
