"""The functions of an open batch: they go over it in chunks, and add up what the samples share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from symconv.codegen.fast.plan.batch_split import BatchSplit
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction

from .equations import EquationCode
from .model.names import CNames, c_identifier
from .model.open_batch import fix_batch
from .model.sized_program import SizedProgram, SizedTensor
from .nests.machine import Machine
from .passes import ALIGNMENT, WIDEST, FileParts, PassCode
from .step_cost import ChunkTimes, estimate_cycles

PART = "of `count` samples from `first` on, of a batch of `samples`"
"""What is said of a function that computes some samples of a batch."""


@dataclass(frozen=True)
class ChunkedParts:
    """Everything that the file of a network with an open batch is made of.

    `sizes` are the numbers of samples that functions are written for, the largest first, 1 last.
    """

    spec: ModuleSpec
    split: BatchSplit
    sizes: tuple[int, ...]
    machine: Machine | None = None

    @cached_property
    def chunks(self) -> tuple[FileParts, ...]:
        """The functions for every number of samples."""
        found: list[FileParts] = []
        for samples in self.sizes:
            program = SizedProgram(fix_batch(self.spec, self.split.batch, samples))
            found.append(FileParts(program, self.machine, found[-1] if found else None))
        return tuple(found)

    @property
    def prefix(self) -> str:
        """What every name that others see begins with."""
        return c_identifier(self.spec.title)

    @property
    def program(self) -> SizedProgram:
        """The network with one sample."""
        return self.chunks[-1].program

    @property
    def names(self) -> Mapping[str, str]:
        """The identifier of every tensor, by its key."""
        return self.chunks[0].names

    @property
    def namer(self) -> CNames:
        """The names of the file."""
        return self.chunks[-1].namer

    @property
    def fields(self) -> tuple[SizedTensor, ...]:
        """The arrays of the caller, with one sample."""
        return self.chunks[-1].fields

    @cached_property
    def equations(self) -> tuple[tuple[EquationCode, ...], ...]:
        """The functions of the equations, a forward and a backward pass for every chunk."""
        return tuple(part for chunk in self.chunks for part in chunk.equations)

    @property
    def codes(self) -> tuple[EquationCode, ...]:
        """The functions of all equations, in the order of the file."""
        return tuple(code for chunk in self.chunks for code in chunk.codes)

    @property
    def predicted(self) -> SizedTensor | None:
        """What the network predicts, of one sample."""
        return self.chunks[-1].predicted

    @cached_property
    def batched(self) -> frozenset[str]:
        """The keys of the arrays of the caller that have a sample a row."""
        prediction = find_prediction(self.spec.forward)
        whole = [*self.spec.forward.tensors, *self.spec.backward.program.tensors]
        whole += prediction.tensors if prediction else ()
        rows = {t.key for t in (*whole, *self.spec.backward.results) if self._has_rows(t.shape)}
        seed = self.spec.backward.seed
        rows |= {seed.key} if seed and self._has_rows(seed.shape) else set()
        return frozenset(t.key for t in self.fields if t.key in rows)

    def _has_rows(self, shape: tuple[object, ...]) -> bool:
        return shape[0] == self.split.batch

    @cached_property
    def inner_passes(self) -> tuple[PassCode, ...]:
        """The passes of every chunk, each under a name of its own."""
        return tuple(p for passes in self._chunk_passes for p in passes)

    @cached_property
    def _chunk_passes(self) -> tuple[tuple[PassCode, ...], ...]:
        """The passes by chunk."""
        return tuple(
            tuple(
                replace(p, name=self.namer.claim(f"{p.name}_{size}"), words=_count(size))
                for p in chunk.passes
            )
            for chunk, size in zip(self.chunks, self.sizes, strict=True)
        )

    @cached_property
    def shared(self) -> Mapping[str, int]:
        """What all samples add to, by its key, and where a chunk leaves it in the workspace."""
        program, end = self.program, max(chunk.bytes for chunk in self.chunks)
        places = dict[str, int]()
        for t in (*([program.cost] if program.cost else []), *program.results):
            if t.key not in self.batched:
                places[t.key] = end
                end += t.entries * WIDEST
                end += -end % ALIGNMENT
        return places

    @property
    def bytes(self) -> int:
        """The size of the workspace, which is the same for every batch."""
        end = max(chunk.bytes for chunk in self.chunks)
        for key, place in self.shared.items():
            size = self.program.tensors[key].entries * WIDEST
            end = place + size + -size % ALIGNMENT
        return end

    def describe(self) -> str:
        """How a batch is gone over, in words."""
        size, batch = self.sizes[0], self.split.batch
        how = f"{size} samples at a time, what is left one by one"
        least = self.times.find_least_batch()
        return "\n".join(
            [
                f"batch {batch}: {how if size > 1 else 'one sample at a time'}",
                f"step: threads share the batch; threads=2 has an effect from {least} samples on",
            ]
        )

    @cached_property
    def times(self) -> ChunkTimes:
        """About how long a chunk takes, and a sample alone."""
        whole, alone = (ceil(estimate_cycles(self.chunks[n])) for n in (0, -1))
        return ChunkTimes(self.sizes[0], whole, alone)

    @cached_property
    def passes(self) -> tuple[PassCode, ...]:
        """forward, backward, step and predict, each for a part of a batch, then for a whole one."""
        found = []
        for number, whole in enumerate(self.chunks[0].passes):
            passes = [chunk[number] for chunk in self._chunk_passes]
            part = f"{whole.name}_part"
            counts = ("first", "count", "samples")
            lines = tuple(self._walk(passes))
            found.append(PassCode(part, f"{whole.words}, {PART}", lines, counts))
            call = f"{self.prefix}_{part}(arrays, 0, samples, samples, workspace);"
            found.append(PassCode(whole.name, whole.words, (call,), ("samples",)))
        return tuple(found)

    def _walk(self, passes: list[PassCode]) -> Iterator[str]:
        """The statements of a pass over some samples."""
        uses = [t for t in self.fields if any(t.key in p.uses for p in passes)]
        writes = frozenset[str]().union(*(p.writes for p in passes))
        local = self.namer.branch()
        rooms = {
            t.key: local.claim(f"{self.names[t.key]}_part")
            for t in uses
            if t.key in self.shared and t.key in writes
        }
        cost = self.program.cost if self.program.cost and self.program.cost.key in rooms else None
        yield f"{self.prefix}_arrays part = *arrays;"
        for key, room in rooms.items():
            yield f"real *const {room} = (real *)((char *)workspace + {self.shared[key]});"
        # In double precision: thousands of chunks would lose three digits.
        yield from ["double total = 0;"] if cost else []
        cleared = [t for t in uses if t.key in rooms and t != cost]
        yield from ["if (count == 0) {"] if cleared else []
        for t in cleared:
            yield f"  clear_part(arrays->{self.names[t.key]}, {t.entries});"
        yield from ["}"] if cleared else []
        yield "size_t taken = 0;"
        yield "for (size_t at = first; at < first + count; at += taken) {"
        yield f"  taken = {self._choose('first + count - at')};"
        for t in uses:
            name = self.names[t.key]
            if t.key in self.batched:
                yield f"  part.{name} = arrays->{name} + {_times(t.entries, 'at')};"
            elif t == cost:
                yield f"  part.{name} = {rooms[t.key]};"
            elif t.key in rooms:
                # The first chunk has nothing to be added to.
                yield f"  part.{name} = at == first ? arrays->{name} : {rooms[t.key]};"
        for n, (size, p) in enumerate(zip(self.sizes, passes, strict=True)):
            head = f"if (taken == {size}) " if n < len(passes) - 1 else ""
            yield f"  {'else ' if n else ''}{head}{p.name}(&part, workspace);"
        sums = list(self._add(uses, rooms, cost))
        shares = any("share" in line for line in sums)
        yield from ["  const real share = (real)taken / (real)samples;"] if shares else []
        for line in sums:
            yield f"  {line}"
        yield "}"
        yield from [f"arrays->{self.names[cost.key]}[0] = (real)total;"] if cost else []
        yield from [] if shares else ["(void)samples;"]

    def _add(
        self, uses: list[SizedTensor], rooms: Mapping[str, str], cost: SizedTensor | None
    ) -> Iterator[str]:
        """What a chunk has computed, weighed by its share of the samples and added up."""
        mean, share = self.split.mean, "share" if self.split.mean else "1"
        for t in uses:
            name = self.names[t.key]
            if t == cost:
                yield f"total += {'share * ' if mean else ''}part.{name}[0];"
            elif t.key in rooms:
                yield f"add_part(arrays->{name}, part.{name}, {t.entries}, {share});"
            elif mean and t in self.program.results:
                whole = _times(t.entries, "taken")
                yield f"add_part(part.{name}, part.{name}, {whole}, share);"

    def _choose(self, left: str) -> str:
        """The largest chunk that the samples fill."""
        *larger, least = self.sizes
        return "".join(f"{left} >= {n} ? {n} : " for n in larger) + str(least)


def _times(entries: int, count: str) -> str:
    return count if entries == 1 else f"{entries} * {count}"


def _count(samples: int) -> str:
    return f"{samples} samples" if samples > 1 else "one sample"
