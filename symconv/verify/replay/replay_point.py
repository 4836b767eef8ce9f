"""One choice of sizes and entries at which a derivation is replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from random import Random

from .derivation_file import DerivationRecord, EquationRecord, TensorRecord
from .entries import Environment, Place, TensorEntries, Whole, index_value
from .json_tree import JsonTree, json_form_error, too_large
from .scalars import NoValueError, Number, TapeNumber, backpropagate, primal_value
from .values import Budget, Evaluation

INEXACT = {"exp", "log", "LogSumExp", "Pi", "Exp1"}
MOST_ENTRIES = 50_000
"""The most entries of all tensors together, each a number on a tape:

LeNet-5 has more, in its weights alone.
"""

DRAWS = (
    (-3, -2, -1, 0, 1, 2, 3),
    (-3, -2, -1, 1, 2, 3),
    (1, 2, 3),
    tuple(Fraction(n, 8) for n in range(1, 8)),
)


class ReplayPoint:
    """Sizes, random entries of what is given, and the forward pass on a tape."""

    def __init__(
        self,
        document: DerivationRecord,
        random: Random,
        kind: int,
        work: Budget,
        unit_sums: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self.document = document
        self.exact = not _is_inexact(document)
        self.sizes = draw_sizes(document, random)
        self.shapes = {k: self.shape(a) for k, a in document.tensors.items()}
        entries = sum(prod(n) for n in self.shapes.values())
        if entries > MOST_ENTRIES:
            raise too_large(f"more than {MOST_ENTRIES:,} entries")
        self.work = work
        work.charge(entries)
        self.written = {w: (e, at) for e in self.forward for w, at in self.writes(e)}
        self.labels = _label_classes(document)
        self.tables: dict[str, dict[Place, Number]] = {}
        self.deltas: dict[str, dict[Place, Number]] = {}
        for key in sorted(document.tensors):
            self._draw(document.tensors[key], random, DRAWS[kind])
        for key, axis in unit_sums:
            self._add_up_to_one(key, axis)
        self.world = Evaluation(
            TensorEntries(self.shapes, self.entry), self.definition, self.exact, work
        )

    @property
    def forward(self) -> tuple[EquationRecord, ...]:
        """The equations that are taken for granted: the layers', and those of masks."""
        masks = filter(self.document.defines_mask, self.document.backward)
        return (*self.document.forward, *masks)

    def shape(self, array: TensorRecord) -> Place:
        """The extents of a tensor."""
        extents = [index_value(n, self.sizes) for n in array.shape]
        if any(n.denominator != 1 or not 1 <= n <= MOST_ENTRIES for n in extents):
            raise NoValueError("a shape that is none")
        return tuple(int(n) for n in extents)

    def writes(self, line: EquationRecord) -> Iterator[tuple[tuple[str, Place], Environment]]:
        """Every entry that an equation writes, with the indices there."""
        for at in iterate_ranges(line.ranges, self.sizes):
            self.work.charge(1)
            place = [index_value(a, at) for a in line.left.args]
            if all(p.denominator == 1 for p in place):
                yield (line.key, tuple(int(p) for p in place)), at

    def entry(self, key: str, place: Place) -> Number:
        """An entry: drawn, or computed when it is first read."""
        if key in self.deltas:
            return self.deltas[key][place]
        table = self.tables.setdefault(key, {})
        if place not in table:
            line, at = self.written.get((key, place), (None, self.sizes))
            x = 0 if line is None else self.world.value(line.right, at)
            table[place] = TapeNumber(
                primal_value(x), ((x, 1),) if isinstance(x, TapeNumber) else ()
            )
        return table[place]

    def definition(self, key: str, place: Place) -> tuple[JsonTree, Environment] | None:
        """The right side that computes an entry, and the indices there."""
        line, at = self.written.get((key, place), (None, self.sizes))
        return None if line is None else (line.right, at)

    def derivatives(self, cost: str) -> dict[tuple[str, Place], Number]:
        """The true derivative of the cost by every entry, through the whole forward pass."""
        if any(e.key == cost for e in self.forward):
            results = {self.entry(cost, (0,)): 1}
        else:
            plain = {k.removeprefix("delta "): t for k, t in self.deltas.items() if self.given(k)}
            results = {self.entry(k, p): w for k, t in plain.items() for p, w in t.items()}
        # Every entry is put on the tape, also one that the cost does not read: its derivative is 0,
        # not missing.
        for key, place in self.written:
            self.entry(key, place)
        found = backpropagate(results)
        tables = self.tables.items()
        return {(k, p): found.get(n, 0) for k, t in tables for p, n in t.items()}

    def given(self, key: str) -> bool:
        """Whether a delta comes from outside."""
        return all(e.key != key for e in self.document.backward)

    def _draw(
        self, array: TensorRecord, random: Random, choices: tuple[int | Fraction, ...]
    ) -> None:
        """Random entries for what is given, and for every delta."""
        places = product(*(range(n) for n in self.shapes[array.key]))
        derived = array.role in {"delta", "gradient"}
        if any(e.key == array.key for e in self.forward) or array.role == "cost":
            return
        classes = self.labels.get(array.key)
        many = None if classes is None else int(index_value(classes, self.sizes))
        labels = [*range(many or 0), *_compared_labels(self.document, array.key)]
        table = {p: Fraction(random.choice(choices if many is None else labels)) for p in places}
        numbers: dict[Place, Number] = {
            # Quarters keep exp and log in bounds; class numbers are numbers of classes, and stay.
            p: x if self.exact else float(x) / (4 if many is None else 1)
            for p, x in table.items()
        }
        if derived:
            self.deltas[array.key] = numbers
        else:
            self.tables[array.key] = {p: TapeNumber(x) for p, x in numbers.items()}

    def _add_up_to_one(self, key: str, axis: int) -> None:
        """The last entries along an axis become what is missing to 1."""
        table = self.tables.get(key, {})
        if not table or not 0 <= axis < len(self.shapes[key]):
            raise json_form_error(f"a sum over axis {axis} of {key!a}, which is not given")
        last = self.shapes[key][axis] - 1
        for place in [p for p in table if p[axis] == last]:
            rest = ((*place[:axis], n, *place[axis + 1 :]) for n in range(last))
            table[place] = TapeNumber(1 - sum(primal_value(table[p]) for p in rest))


def iterate_ranges(
    ranges: tuple[tuple[str, JsonTree], ...], sizes: Environment
) -> Iterator[Environment]:
    """All values of the indices of an equation."""
    extents = [index_value(n, sizes) for _, n in ranges]
    if any(n.denominator != 1 for n in extents) or prod(extents) > MOST_ENTRIES:
        raise NoValueError("a range that is none")
    for values in product(*(range(int(n)) for n in extents)):
        yield {**sizes, **{v: n for (v, _), n in zip(ranges, values, strict=True)}}


def draw_sizes(document: DerivationRecord, random: Random) -> dict[str, Whole]:
    """Random sizes; those that are computed follow."""
    found: dict[str, Whole] = {}
    for size in document.sizes:
        if size.numerator is None or size.stride is None:
            found[size.name] = random.choice(_size_choices(size.name, size.least, document))
            continue
        stride = index_value(size.stride, found)
        if stride <= 0:
            raise NoValueError(f"the stride of '{size.name}' is {stride}")
        value = int(index_value(size.numerator, found) // stride) + 1
        if value < 1:
            raise NoValueError("an image smaller than its window")
        found[size.name] = value
    return found


def _size_choices(name: str, least: int, document: DerivationRecord) -> tuple[int, ...]:
    """Sizes of images are larger than those of windows and strides."""
    if least == 0:
        return (0, 1, 2)
    counted = (s.numerator for s in document.sizes if s.numerator is not None)
    image = any(name == p.leaf for e in counted for p in e.args)
    return (2, 3, 4, 5, 6) if image else (1, 2, 3)


def _is_inexact(document: DerivationRecord) -> bool:
    """Whether a formula has a function or a root whose values are no rational numbers."""
    sides = [e.right for e in (*document.forward, *document.backward)]
    return any(
        p.op in INEXACT
        or (p.op == "Pow" and p.args[1].op == "number" and p.args[1].leaf != int(p.args[1].leaf))
        for e in sides
        for p in e.parts()
    )


def _compared_labels(document: DerivationRecord, key: str) -> list[int]:
    """The labels of a tensor that it is compared with by number: those that do not count."""
    parts = (p for line in document.forward for p in line.right.parts() if p.op == "Equals")
    pairs = [(p.args[0], p.args[1]) for p in parts]
    found = {n.leaf for n, label in pairs if n.op == "number" and label.leaf == key}
    return sorted(n for n in found if isinstance(n, int))


def _label_classes(document: DerivationRecord) -> Mapping[str, JsonTree]:
    """The number of classes of every tensor that an index is compared with."""
    found: dict[str, JsonTree] = {}
    for line in document.forward:
        extents = dict(line.ranges)
        for part in line.right.parts():
            if part.op == "limit":
                one = JsonTree("number", leaf=1)
                extents[str(part.args[0].leaf)] = JsonTree("Add", (part.args[2], one))
        for part in line.right.parts():
            number = part.op == "Equals" and part.args[0].op == "number"
            if part.op == "Equals" and part.args[1].op == "entry" and not number:
                index = str(part.args[0].leaf)
                if index not in extents:
                    raise json_form_error("labels are compared with what is no index")
                found[str(part.args[1].leaf)] = extents[index]
    return found
