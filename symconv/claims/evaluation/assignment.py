"""An assignment: numbers for everything that a network leaves open, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from symconv.claims.model.budget import EQUATION_STEPS, OverBudget, spend, steps_left
from symconv.claims.model.context import NetworkContext, Shape
from symconv.claims.model.errors import MOST_NETWORK, NotChecked, TooMuchWork
from symconv.core.equation import Equation, Program, find_labels, find_labels_outside
from symconv.core.tensor import Tensor
from symconv.semantics.autodiff import Tape, TapeNode
from symconv.semantics.index_arithmetic import Place, as_integer
from symconv.semantics.protocol import Algebra
from symconv.semantics.run import Tables, run_program, select_equations
from symconv.semantics.work import list_places

EntryTable = Mapping[Place, Any]

STEPS = {
    "PatternAlgebra": 4, "ExponentLawField": 40, "Rationals": 3, "IntervalAlgebra": 1,
    "PolynomialAlgebra": 8,
}  # fmt: skip
"""How many times as long as a residue the numbers of an algebra take, measured on convolutions."""

INTERVAL_STEPS = 15
"""The same for intervals proper, which are there as soon as an exp or a root is."""

TAPE_STEPS = 3
"""How many times as long a term takes that is recorded."""


class IncompleteTable(dict[Place, Any]):
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
class Assignment:
    """Entries of tensors, computed when asked for.

    `given` are the numbers that are chosen, inputs and parameters or anything further on.
    `program` is the derived one, or one with a broken rule; `by_rules` says that derivatives of
    values, too, follow the rules of that program, and not the tape of the forward pass.
    """

    context: NetworkContext
    algebra: Algebra
    given: Mapping[str, EntryTable]
    program: Program
    scalars: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, tuple[Shape, EntryTable]] = field(default_factory=dict)
    known: Tables = field(default_factory=dict)
    by_rules: bool = False

    def table(self, key: str) -> EntryTable:
        """The entries of a tensor of the forward or the backward pass."""
        if key in self.given:
            return self.given[key]
        if key not in self.known:
            self._compute(key)
        return self.known[key]

    def _compute(self, key: str) -> None:
        have = {**self.known, **self.given}
        missing = sorted(_find_missing_roots(self.program, have, key))
        if missing:
            raise NotChecked(f"there are no values for {', '.join(missing)}")
        computed, read = select_equations(self.program, have, [key])
        for tensor in read:
            table = have[tensor.key]
            if isinstance(table, IncompleteTable):
                raise table.error()
        spend(self.steps * sum(EQUATION_STEPS + self.context.work_of(e) for e in computed))
        found = run_program(self.program, self.context.size_map, have, self.algebra, wanted=[key])
        self.known |= {k: t for k, t in found.items() if k not in self.given}

    @property
    def steps(self) -> int:
        """How many steps a term takes in this arithmetic."""
        name = type(self.algebra).__name__
        bounds = name == "IntervalAlgebra" and not self.context.is_rational
        return INTERVAL_STEPS if bounds else STEPS.get(name, 1)

    def shape(self, key: str) -> Shape:
        return self.context.shape(self.program.tensor(key))

    def broken(self, equations: Mapping[str, Equation]) -> Assignment:
        """The same numbers under a program in which some equations are replaced."""
        program = replace(
            self.program,
            equations=tuple(equations.get(e.key, e) for e in self.program.equations),
        )
        changed = find_dependents(program, equations.keys())
        # Only what depends on a changed equation is computed again: the forward pass never is.
        kept = {k: t for k, t in self.known.items() if k not in changed}
        return replace(self, program=program, known=kept, by_rules=True)

    @cached_property
    def taped(self) -> TapedAssignment:
        """The forward pass on a tape, for derivatives of anything by anything."""
        return TapedAssignment(self)

    def slopes(self, result: TapeNode, *, direct: bool = False) -> Mapping[int, Any]:
        """d(result)/d(node) by the order of the node, for the nodes that it was made from.

        With `direct` the entries of all tensors are held but for the result itself.
        """
        known = self.taped.slopes
        if (result.order, direct) not in known:
            most = steps_left() // self.steps
            held = self.taped.entries if direct else frozenset()
            found = self.taped.tape.slopes(result, most, held)
            if found is None:
                raise OverBudget
            spend(self.steps * len(found))
            known[result.order, direct] = found
        return known[result.order, direct]


class TapedAssignment:
    """An assignment on a tape; its tables hold nodes, `slopes` the derivatives of some of them."""

    def __init__(self, assignment: Assignment) -> None:
        self.slopes: dict[tuple[int, bool], Mapping[int, Any]] = {}
        self.tape = Tape(assignment.algebra)
        forward = assignment.context.forward
        work = sum(EQUATION_STEPS + assignment.context.work_of(e) for e in forward.equations)
        spend(TAPE_STEPS * assignment.steps * work)
        given = {
            key: {p: self.tape.entry(v) for p, v in table.items()}
            for key, table in assignment.given.items()
            if key in forward.by_key and not isinstance(table, IncompleteTable)
        }
        keys = [t.key for t in forward.tensors if not _find_missing_roots(forward, given, t.key)]
        self.tables: Tables = {}
        made_of = map_dependencies(forward)
        for key in keys:
            if key not in self.tables:
                have = {**given, **self.tables}
                if key in given and key in made_of and made_of[key] <= have.keys():
                    have.pop(key)
                found = run_program(
                    forward, assignment.context.size_map, have, self.tape, wanted=[key]
                )
                if key in given:
                    found[key] = self._give(given[key], found[key])
                self.tables |= found

    def _give(self, given: Mapping[Place, Any], made: Mapping[Place, Any]) -> dict[Place, Any]:
        """Entries whose numbers are given and whose slopes are those of what they are made of."""
        made = {p: node for p, node in made.items() if isinstance(node, TapeNode)}
        return {
            p: TapeNode(self.tape, node.value, ((made[p], 1),)) if p in made else node
            for p, node in given.items()
        }

    @cached_property
    def entries(self) -> frozenset[int]:
        """The orders of the nodes that are entries of tensors."""
        nodes = (node for table in self.tables.values() for node in table.values())
        return frozenset(node.order for node in nodes if isinstance(node, TapeNode))


SMALLER = f"at most {MOST_NETWORK:,}: a smaller image or fewer channels say the same"


@lru_cache(maxsize=256)
def map_dependencies(program: Program) -> Mapping[str, frozenset[str]]:
    """The tensors that are computed, each with those that its equations read."""
    found: dict[str, frozenset[str]] = {}
    for equation in program.equations:
        key = equation.key
        found[key] = found.get(key, frozenset()) | equation.reads
    return found


def _find_missing_roots(program: Program, have: Mapping[str, object], key: str) -> set[str]:
    """The tensors without a value that a tensor depends on."""
    table = map_dependencies(program)
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


def find_dependents(program: Program, keys: Iterable[str]) -> set[str]:
    """The tensors that depend on any of some tensors, those included."""
    found = set(keys)
    for key, read in map_dependencies(program).items():
        if read & found:
            found.add(key)
    return found


def leaf_tensors(context: NetworkContext) -> list[Tensor]:
    """The tensors that no equation computes."""
    computed = {e.key for e in context.program.equations}
    return [t for t in context.program.tensors if t.key not in computed]


def list_labels(context: NetworkContext) -> dict[str, tuple[int, ...]]:
    """The labels that the entries of a tensor may be, by its key: its classes and what is ignored.

    An ignored label that is a class at these sizes stands there once.
    """
    equations = context.forward.equations
    outside = find_labels_outside(equations)
    counts = {
        key: as_integer(count, context.size_map)
        for key, count in find_labels(equations).items()
        if count is not None
    }
    return {
        key: (*range(n), *(k for k in outside.get(key, ()) if k not in range(n)))
        for key, n in counts.items()
    }


def all_places(context: NetworkContext, tensor: Tensor) -> list[Place]:
    """The places of all entries of a tensor, row by row.

    TooMuchWork where the network is too large to be run: its entries are too many, too.
    """
    if context.is_too_large:
        raise TooMuchWork(context.says_too_large, help=SMALLER)
    return list_places(tensor, context.size_map)
