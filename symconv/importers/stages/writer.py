"""A network text as it grows: its stages, the names that they give, and what these stand for.

A letter that occurs again counts: the third convolution gives `z^3`. Whether a letter occurs again
is known at the end only, so that until then a name stands between marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from symconv.importers.graph.records import Array, ModelGraph, Shape, StoredArray
from symconv.importers.graph.refusals import NotImportedError
from symconv.layers import catalogue

from .names import INDICES, RESERVED, find_free_name
from .numbers import write_number

READ = re.compile("(⟦[A-Za-z0-9]+#[0-9]+⟧|[A-Za-z][A-Za-z0-9]*)\\[([^],]*)")
"""An entry that an equation reads: its name, and its first place."""

MARK = re.compile("⟦([A-Za-z0-9]+)#([0-9]+)⟧")


@dataclass(frozen=True)
class Written:
    """Something that the text has given a name: the `number`-th tensor of a letter.

    `space` is how many of the last axes of a value are known to be space; None where that is open.
    `batch` tells whether its first axis is known to be that of the samples.
    """

    letter: str
    number: int
    shape: Shape
    space: int | None = None
    batch: bool = False

    @property
    def has_channels(self) -> bool:
        """Whether layers know its second axis to be that of the channels or the features."""
        rank = len(self.shape)
        return self.batch and (rank == 2 or (self.space is not None and self.space == rank - 2))

    @property
    def marked(self) -> str:
        """Its name, which is known at the end."""
        return f"⟦{self.letter}#{self.number}⟧"


@dataclass(frozen=True)
class CarriedArray:
    """An array of the model under its name in the text; `order` is how its axes were turned."""

    written: Written
    source: str
    values: Array
    order: tuple[int, ...] | None = None


@dataclass
class StageWriter:
    """Writes stages one after another."""

    graph: ModelGraph
    stages: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    values: dict[str, Written] = field(default_factory=dict)
    carried: dict[tuple[str, str], CarriedArray] = field(default_factory=dict)
    made: list[Written] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    last: Written | None = None
    whole: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    # --- names ---

    def count_name(self, letter: str, shape: Shape, space: int | None = None) -> Written:
        """The next tensor of a letter."""
        self.counts[letter] += 1
        self.taken.add(letter)
        return Written(letter, self.counts[letter], shape, space)

    def finish(self, text: str) -> str:
        """A text with the final names in the place of the marks."""
        return MARK.sub(lambda m: self._final_name(m[1], int(m[2])), text)

    def _final_name(self, letter: str, number: int) -> str:
        return f"{letter}^{number}" if self.counts[letter] > 1 else letter

    def text(self) -> str:
        """The whole network text, a stage a line."""
        return "\n| ".join(map(self.finish, self.stages))

    # --- inputs ---

    def give_value(self, name: str, shape: Shape) -> Written:
        """An input, by its name in the model where that can be one."""
        written = self.count_name(find_free_name(name, self.taken), shape, self._space(shape))
        written = replace(written, batch=len(shape) > 1)
        self.stages.append(f"input {written.letter} {write_shape(shape)}")
        self.values[name] = self.last = written
        self.given[name] = written.marked
        self.made.append(written)
        return written

    def give_constant(self, name: str, shape: Shape) -> None:
        """An input that several stages read as it is, without a gradient."""
        written = self.count_name(find_free_name(name, self.taken), shape)
        self.stages.append(f"constant {written.letter} {write_shape(shape)}")
        self.values[name], self.given[name] = written, written.marked

    @staticmethod
    def _space(shape: Shape) -> int:
        return max(0, len(shape) - 2)

    # --- operands ---

    def value(self, name: str | float | None) -> Written:
        """The value of that name; a stored array becomes one by an equation that reads it."""
        if not isinstance(name, str):
            raise NotImportedError("it is applied to a number")
        if name not in self.values:
            shape = self.stored(name).values.shape
            places = self.letters(len(shape))
            ranges = dict(zip(places, shape, strict=True))
            self.values[name] = self.equate(self.entry(name, places), places, shape, ranges)
        return self.values[name]

    def stored(self, name: str | float | None) -> StoredArray:
        """The stored array of that name."""
        if isinstance(name, str) and name in self.graph.arrays:
            return self.graph.arrays[name]
        raise NotImportedError("a weight that is computed and not stored")

    def shape_of(self, operand: str | float | None) -> Shape:
        """The shape of a value, a stored array or a number."""
        if isinstance(operand, str):
            if operand in self.values:
                return self.values[operand].shape
            return self.stored(operand).values.shape
        return ()

    def weight(
        self,
        name: str,
        letter: str,
        order: tuple[int, ...] | None = None,
        *,
        lifted: bool = False,
    ) -> str:
        """A stored array as the weight or the bias of a layer: its letter, or `w^1` once more.

        A kernel that is lifted has one row.
        """
        role = "bias" if letter in {"b", "beta"} else "weight"
        known = self.carried.get((name, role))
        if known is None:
            if any(source == name for source, _ in self.carried):
                raise NotImportedError(f"'{name}' is used in two ways")
            values = self.stored(name).values
            values = values if order is None else np.transpose(values, order)
            values = np.expand_dims(values, 2) if lifted else values
            written = self.count_name(letter, values.shape)
            self.carried[name, role] = CarriedArray(written, name, values, order)
            return letter
        if known.order != order or known.values.ndim != self.stored(name).values.ndim + lifted:
            raise NotImportedError(f"'{name}' is used in two layouts")
        return f"{known.written.letter}^{known.written.number}"

    def statistic(self, name: str, letter: str) -> str:
        """A stored array that a layer takes as it is, without a gradient."""
        known = self.carried.get((name, letter))
        if known is not None:
            return f"{letter}^{known.written.number}"
        values = self.stored(name).values
        written = self.count_name(letter, values.shape)
        self.carried[name, letter] = CarriedArray(written, name, values)
        return letter

    def read_array(self, name: str) -> tuple[str, Shape]:
        """A stored array in an equation: its name, and its shape without axes of length 1."""
        for role in ("weight", "bias", "equation"):
            known = self.carried.get((name, role))
            if known is not None:
                if known.order is not None:
                    raise NotImportedError(f"'{name}' is used in two layouts")
                return known.written.marked, known.values.shape
        stored = self.stored(name)
        squeezed = stored.values.reshape(tuple(n for n in stored.values.shape if n != 1) or (1,))
        if stored.trained:
            letter = find_free_name("M", self.taken)
            written = self.count_name(letter, squeezed.shape)
        else:
            written = self.count_name("k" if squeezed.size == 1 else "K", squeezed.shape)
            self.stages.append(f"constant {written.letter} {'x'.join(map(str, squeezed.shape))}")
        self.carried[name, "equation"] = CarriedArray(written, name, squeezed)
        return written.marked, squeezed.shape

    def read_number(self, value: float) -> str:
        """A number in an equation: written out, or a constant where it has too many digits."""
        written = write_number(value)
        if written is not None:
            return written
        name = f"number {value!r}"
        if (name, "equation") not in self.carried:
            given = self.count_name("k", (1,))
            self.stages.append(f"constant {given.letter} 1")
            self.carried[name, "equation"] = CarriedArray(given, name, np.array([value]))
        return f"{self.carried[name, 'equation'].written.marked}[0]"

    def entry(
        self, operand: str | float | None, places: Sequence[str], shape: Shape | None = None
    ) -> str:
        """An entry of an operand at the places of a result, with which it is broadcast.

        The places belong to the last axes of the operand; an axis of length 1 is read at 0 where
        the result, whose shape that is, has more.
        """
        if isinstance(operand, (int, float)):
            return self.read_number(float(operand))
        if operand is None:
            raise NotImportedError("an operand is left out")
        own = self.shape_of(operand)
        used = places[len(places) - len(own) :]
        if operand in self.values:
            result = (shape or self.shape_of(operand))[-len(own) :] if own else ()
            axes = [p if n == m else "0" for p, n, m in zip(used, own, result, strict=True)]
            return f"{self.name_of(self.values[operand])}[{','.join(axes) or '0'}]"
        name, kept = self.read_array(operand)
        axes = [p for p, n in zip(used, own, strict=True) if n != 1]
        if len(axes) != len(kept) and kept != (1,):
            raise NotImportedError(f"'{operand}' is used in two layouts")
        return f"{name}[{','.join(axes) or '0'}]"

    def name_of(self, value: Written) -> str:
        """The name of a value in an equation: the letter alone where it is the last one of it."""
        # Of several costs none is the one that their letter alone means.
        latest = value.number == self.counts[value.letter] and value.shape
        return value.letter if latest else value.marked

    # --- stages ---

    def apply(self, layer: str, x: Written, shape: Shape, *, space: int | None = None) -> Written:
        """A layer of the catalogue, applied to a value."""
        if not x.shape:
            raise NotImportedError("a layer behind a single number")
        of = "" if x == self.last else f" of {x.marked}"
        made = self.count_name(catalogue()[layer.split(maxsplit=1)[0]].letter, shape, space)
        self.stages.append(f"{layer}{of} -> {made.letter}")
        return self._keep(replace(made, batch=x.batch and bool(shape)))

    def equate(
        self,
        right: str,
        places: Sequence[str],
        shape: Shape,
        ranges: Mapping[str, int] | None = None,
        letter: str = "y",
    ) -> Written:
        """An equation `y[places] = right`, with the ranges that no operand tells."""
        space, batch = self._space_kept(right, places), self._batch_kept(right, places)
        made = replace(self.count_name(letter, shape), space=space, batch=batch)
        # An axis of length 1 may be read at 0, so that nothing else says how far its index runs.
        single = {p: 1 for p, n in zip(places, shape, strict=True) if n == 1 and p.isalpha()}
        said = ", ".join(f"{i}<{n}" for i, n in (single | dict(ranges or {})).items())
        left = f"{letter}[{','.join(places)}]" if places else letter
        self.stages.append(f"{left} = {right}{f' for {said}' if said else ''}")
        return self._keep(made)

    def _space_kept(self, right: str, places: Sequence[str]) -> int | None:
        """How many axes of space an equation keeps: those of the value before it, read alike."""
        if self.last is None:
            return None
        found = re.findall(rf"\b{self.last.letter}\[([^\]]*)\]", right)
        alike = bool(found) and all(f == ",".join(places) for f in found)
        return self.last.space if alike and len(self.last.shape) == len(places) else None

    def _batch_kept(self, right: str, places: Sequence[str]) -> bool:
        """Whether the first index of an equation is that of the samples of a value it reads.

        The stage before must have samples, too, as `layers/equation/layer.py` has it.
        """
        if self.last is None or not self.last.batch or not places:
            return False
        named = {v.letter: v for v in self.made} | {v.marked: v for v in self.made}
        return any(
            first == places[0] and name in named and named[name].batch
            for name, first in READ.findall(right)
        )

    def _keep(self, made: Written) -> Written:
        self.made.append(made)
        self.last = made
        return made

    def letters(self, count: int) -> list[str]:
        """Index letters for so many axes."""
        if count > len(INDICES):
            raise NotImportedError(f"a value of {count} axes")
        return list(INDICES[:count])


def write_shape(shape: Shape) -> str:
    """The sizes of an input: `28x28 channels 1 batch 2`, `10 batch 2`, `5`."""
    if not shape or len(shape) > 5:
        raise NotImportedError(f"an input of {len(shape)} axes: 1 to 5 have a text")
    if len(shape) == 1:
        return str(shape[0])
    if len(shape) == 2:
        return f"{shape[1]} batch {shape[0]}"
    return f"{'x'.join(map(str, shape[2:]))} channels {shape[1]} batch {shape[0]}"
