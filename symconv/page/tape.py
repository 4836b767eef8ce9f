"""Everything that a network computes, entry by entry, as one list of operations.

The interpreter runs both passes in an algebra whose scalars are places of that list, so that a page
repeats them in numbers in the very same order, and sees what every entry was computed from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.run import run_program
from symconv.semantics.work import list_places

Operation = tuple[str | int, ...]
"""A word and what it takes: places of earlier operations, or what the word says.

`["leaf", entry]`, `["number", "1/2"]`, `["real", "3.14"]`, `["+", a, b]`, `["*", a, b]`,
`["call", "exp", a]`, `["power", "-1/2", a]`, `["max", a, ...]`, `["logsumexp", a, ...]`,
`["winner", n, a, ...]`: [the n-th is the first largest], `["label", n, a]`: [n = a].
"""

MOST_OPERATIONS = 40_000
"""The longest tape: some 400 kB of a page, and a tenth of a second to run."""


@dataclass
class TapeWriter:
    """The operations so far; what is computed twice is written once."""

    operations: list[Operation] = field(default_factory=list)
    known: dict[Operation, int] = field(default_factory=dict)

    def write(self, *operation: str | int) -> TapeScalar:
        """The scalar that an operation computes."""
        place = self.known.get(operation)
        if place is None:
            if len(self.operations) >= MOST_OPERATIONS:
                raise SymconvError(
                    f"the network takes more than {MOST_OPERATIONS:,} operations, entry by entry",
                    help="a picture of its layers is drawn instead",
                )
            place = self.known[operation] = len(self.operations)
            self.operations.append(operation)
        return TapeScalar(self, place)


@dataclass(frozen=True)
class TapeScalar:
    """A place of a tape. Only a 0 that stands in a formula is known to be 0."""

    tape: TapeWriter
    place: int

    @property
    def number(self) -> Fraction | None:
        word, *rest = self.tape.operations[self.place]
        return Fraction(str(rest[0])) if word == "number" else None

    def __bool__(self) -> bool:
        return self.number != 0

    def __add__(self, other: TapeScalar | int) -> TapeScalar:
        right = self._scalar(other)
        if not self:
            return right
        return self if not right else self.tape.write("+", self.place, right.place)

    def __mul__(self, other: TapeScalar | int) -> TapeScalar:
        right = self._scalar(other)
        for one, rest in ((self, right), (right, self)):
            if one.number == 0:
                return one
            if one.number == 1:
                return rest
        return self.tape.write("*", self.place, right.place)

    def __radd__(self, other: int) -> TapeScalar:
        return self._scalar(other) + self

    def __rmul__(self, other: int) -> TapeScalar:
        return self._scalar(other) * self

    def _scalar(self, other: TapeScalar | int) -> TapeScalar:
        if isinstance(other, TapeScalar):
            return other
        return self.tape.write("number", str(Fraction(other)))


@dataclass(frozen=True)
class RecordingAlgebra:
    """The algebra of the places of a tape."""

    tape: TapeWriter

    def number(self, value: int | Fraction) -> TapeScalar:
        return self.tape.write("number", str(Fraction(value)))

    def constant(self, value: float, name: str) -> TapeScalar:  # noqa: ARG002 - the protocol's name
        return self.tape.write("real", repr(value))

    def function(self, name: str) -> Callable[[TapeScalar], TapeScalar]:
        return lambda x: self.tape.write("call", name, x.place)

    def power(self, exponent: Fraction) -> Callable[[TapeScalar], TapeScalar]:
        return lambda x: self.tape.write("power", str(exponent), x.place)

    def first_maximiser(self, values: Sequence[TapeScalar]) -> int:
        raise SymconvError(f"which of {len(values)} numbers is largest is not known on a tape")

    def mark_winner(self, values: Sequence[TapeScalar]) -> Sequence[TapeScalar]:
        places = [v.place for v in values]
        return [self.tape.write("winner", n, *places) for n in range(len(values))]

    def compare_label(self, place: int | None, label: TapeScalar) -> TapeScalar:
        if place is None:
            return self.number(0)
        return self.tape.write("label", place, label.place)

    def maximum(self, values: Sequence[TapeScalar]) -> TapeScalar:
        return self.tape.write("max", *(v.place for v in values))

    def log_sum_exp(self, values: Sequence[TapeScalar]) -> TapeScalar:
        return self.tape.write("logsumexp", *(v.place for v in values))

    def entry(self, value: TapeScalar) -> TapeScalar:
        return value


@dataclass(frozen=True)
class OperationTape:
    """The operations of both passes, and where each entry of a tensor is computed or read.

    `leaves` are the places at which an entry is read, `results` those at which it is computed; an
    input has no result. Entries are numbered through all tensors in the order of the program.
    """

    operations: tuple[Operation, ...]
    entries: Mapping[str, tuple[Place, ...]]
    results: Mapping[str, tuple[int, ...]]


def record_tape(program: Program) -> OperationTape:
    """Run a program whose sizes are numbers; SymconvError where it takes too many operations."""
    writer, first = TapeWriter(), 0
    entries: dict[str, tuple[Place, ...]] = {}
    leaves: dict[str, dict[Place, TapeScalar]] = {}
    for tensor in program.tensors:
        places = tuple(list_places(tensor, {}))
        entries[tensor.key] = places
        if first + len(places) > MOST_OPERATIONS:
            raise SymconvError(f"the network has more than {MOST_OPERATIONS:,} entries")
        leaves[tensor.key] = {p: writer.write("leaf", first + n) for n, p in enumerate(places)}
        first += len(places)
    results: dict[str, tuple[int, ...]] = {}
    algebra = RecordingAlgebra(writer)
    for key in dict.fromkeys(e.key for e in program.equations):
        needed = {k: leaves[k] for e in program.equations if e.key == key for k in e.reads}
        needed.pop(key, None)
        found = run_program(program, {}, needed, algebra, wanted=[key])[key]
        results[key] = tuple(found[p].place for p in entries[key])
    return OperationTape(tuple(writer.operations), entries, results)


def list_tape_tensors(program: Program, tape: OperationTape) -> list[tuple[Tensor, int]]:
    """The tensors in the order of their entries, each with the number of its first one."""
    found, first = [], 0
    for tensor in program.tensors:
        found.append((tensor, first))
        first += len(tape.entries[tensor.key])
    return found
