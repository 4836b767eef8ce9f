"""The functions of an open batch: they go over it in chunks, and add up what the samples share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from symconv.codegen.fast.plan.batch_split import BatchSplit
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction

from .alike_functions import merge_alike
from .array_helpers import ArrayHelpers, write_times
from .equations import EquationCode
from .model.names import CNames, c_identifier
from .model.open_batch import fix_batch
from .model.sized_program import SizedProgram, SizedTensor
from .nests.machine import Machine
from .passes import ALIGNMENT, WIDEST, FileParts, HelperCode, PassCode
from .shared_code import share_codes
from .step_cost import ChunkTimes, estimate_cycles

PART = "of `count` samples from `first` on, of a batch of `samples`"
"""What is said of a function that computes some samples of a batch."""


FEW = 6
"""Where two functions move so many arrays, another one that does it for both is shorter."""


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
    def _first(self) -> FileParts:
        """The functions for the largest number of samples."""
        return self._write_for(self.sizes[0])

    @cached_property
    def chunks(self) -> tuple[FileParts, ...]:
        """The functions for every number of samples."""
        if len(self.sizes) == 1:
            return (self._first,)
        size, word, _ = self.sizes[0], self.count, self.entries
        single = self._write_for(1, self._first)
        # Other numbers of samples, by which what counts samples is told from what does not.
        others = (size // 2 if size > 3 else size + 1, 2 * size)
        whole = {size: self._first} | {n: self._write_for(n, single) for n in others}
        listed = {n: _list_passes(p) for n, p in whole.items()}
        made = [
            list(share_codes({n: p[k] for n, p in listed.items()}, alone, word))
            for k, alone in enumerate(_list_passes(single))
        ]
        alike = merge_alike((a for some in made for a, b in some if a == b), word, self.entries)
        parts = (
            tuple(tuple(alike.get(c[n].key, c[n]) for c in some) for some in made) for n in (0, 1)
        )
        return tuple(
            FileParts(p.program, p.machine, p, codes)
            for p, codes in zip((self._first, single), parts, strict=True)
        )

    def _write_for(self, samples: int, larger: FileParts | None = None) -> FileParts:
        program = SizedProgram(fix_batch(self.spec, self.split.batch, samples))
        return FileParts(program, self.machine, larger)

    @cached_property
    def count(self) -> str:
        """The name of the number of samples in the functions that serve several."""
        # After those of the arrays, and before there are locals that would have it otherwise.
        _ = self._first.names
        return self._first.namer.claim("samples")

    @cached_property
    def entries(self) -> str:
        """The name of the number of entries in the functions that serve several equations."""
        _ = self.count
        return self._first.namer.claim("entries")

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
        found = {code.name: code for chunk in self.chunks for code in chunk.codes}
        return tuple(found.values())

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

    @property
    def inner_passes(self) -> tuple[PassCode, ...]:
        """The passes of a chunk, each under a name of its own."""
        return tuple(self._inner.values())

    @cached_property
    def _inner(self) -> Mapping[str, PassCode]:
        """The passes of a chunk by what they compute; values are what forward and predict share."""
        first, *more = ((*c.passes, *c.outer_prediction) for c in self.chunks)
        joined = [self._join(*same) for same in zip(first, *more, strict=True)]
        found = {p.name: p for p in reversed(joined)}
        forward, backward, step = (found[name] for name in ("forward", "backward", "step"))
        names = {name: self.namer.claim(f"{name}_chunk") for name in ("values", *found)}
        made = dict[str, PassCode]()
        if "predict" in found:
            over = joined[-1].lines
            same = _count_shared(forward.lines, over)
            made["values"] = replace(forward, lines=forward.lines[:same])
            rest = (line.replace("arrays->", "kept.") for line in over[same:])
            calls = self._call(names, ("values",), "&kept")
            made["predict"] = replace(found["predict"], heads=(), lines=(self._keep, *calls, *rest))
            calls = self._call(names, ("values",), "arrays")
            forward = replace(forward, lines=(*calls, *forward.lines[same:]))
        both = self._call(names, ("forward", "backward"), "&kept")
        made |= {"forward": forward, "backward": backward}
        made["step"] = replace(step, heads=(), lines=(self._keep, *both))
        return {name: self._finish(names[name], p) for name, p in made.items()}

    @property
    def _keep(self) -> str:
        """The arrays of the caller, but values in the workspace."""
        return f"const {self.prefix}_arrays kept = {self._keeper}(arrays, workspace);"

    @cached_property
    def _keeper(self) -> str:
        return self.namer.claim("keep_values")

    @cached_property
    def _moved(self) -> tuple[SizedTensor, ...]:
        """The arrays with a sample a row that forward and backward use; none where they are few."""
        both = [p.uses for p in self.chunks[0].passes if p.name in {"forward", "backward"}]
        found = self.batched.intersection(*both)
        return tuple(t for t in self.fields if t.key in found) if len(found) >= FEW else ()

    @cached_property
    def _mover(self) -> str:
        return self.namer.claim("move_values")

    @cached_property
    def summed(self) -> tuple[SizedTensor, ...]:
        """The results that all samples add to, but for the cost."""
        cost = self.program.cost
        return tuple(t for t in self.fields if t.key in self.shared and t != cost)

    @cached_property
    def _results(self) -> Mapping[str, str]:
        """The names of the functions that go over all of them."""
        return {word: self.namer.claim(f"{word}_results") for word in ("clear", "place", "add")}

    @property
    def adder(self) -> str:
        """The name of the function that adds all of them but for the cost; perhaps none."""
        return self._results["add"] if self.summed else ""

    @cached_property
    def helpers(self) -> tuple[HelperCode, ...]:
        """What the passes call that see to the arrays, not to the equations."""
        inner, cost, names = self.chunks[0].inner, self.program.cost, self.names
        kept = {t.key for t in self.program.values if t.key in inner and t != cost}
        write = ArrayHelpers(f"{self.prefix}_arrays")
        found = [
            write.keep_values(self._keeper, {names[k]: n for k, n in inner.items() if k in kept})
        ]
        if self._moved:
            found.append(
                write.move_values(self._mover, {names[t.key]: t.entries for t in self._moved})
            )
        if self.summed:
            entries = {names[t.key]: t.entries for t in self.summed}
            places = {names[t.key]: self.shared[t.key] for t in self.summed}
            found += [
                write.clear_results(self._results["clear"], entries),
                write.place_results(self._results["place"], places),
                write.add_results(self._results["add"], entries),
            ]
        return tuple(found)

    def _call(self, names: Mapping[str, str], passes: Iterable[str], arrays: str) -> list[str]:
        given = f"{arrays}, workspace{f', {self.count}' if len(self.sizes) > 1 else ''}"
        return [f"{names[name]}({given});" for name in passes]

    def _finish(self, name: str, p: PassCode) -> PassCode:
        """The pass under its name, without places that it does not need."""
        text = "\n".join(p.lines)
        needed = [h for h in p.heads if re.search(rf"\b{h.split(' = ')[0].split('*')[-1]}\b", text)]
        counts = (self.count,) if len(self.sizes) > 1 else ()
        unused = [f"(void){n};" for n in counts if not re.search(rf"\b{n}\b", text)]
        words = " or ".join(map(_count, self.sizes))
        return replace(
            p, name=name, words=words, heads=tuple(needed), lines=(*unused, *p.lines), counts=counts
        )

    def _join(self, larger: PassCode, *single: PassCode) -> PassCode:
        """The pass for both numbers of samples."""
        if not single:
            return larger
        lines = list[str]()
        for a, b in zip(larger.lines, single[0].lines, strict=True):
            if a == b:
                lines.append(a)
            else:
                call, label = a.split(";", 1)
                lines += [
                    f"if ({self.count} == {self.sizes[0]}) {call};{label}",
                    f"else {b.removesuffix(label)}",
                ]
        heads = dict.fromkeys((*larger.heads, *single[0].heads))
        return replace(larger, heads=tuple(heads), lines=tuple(lines))

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
        whole = ceil(estimate_cycles(self.chunks[0]))
        alone = ceil(estimate_cycles(self.chunks[-1], self.sizes[0]))
        return ChunkTimes(self.sizes[0], whole, alone)

    @cached_property
    def passes(self) -> tuple[PassCode, ...]:
        """forward, backward, step and predict, each for a part of a batch, then for a whole one."""
        found = []
        for whole in self.chunks[0].passes:
            inner = replace(self._inner[whole.name], uses=whole.uses, writes=whole.writes)
            part = f"{whole.name}_part"
            counts = ("first", "count", "samples")
            lines = tuple(self._walk(inner))
            found.append(PassCode(part, f"{whole.words}, {PART}", lines, counts))
            call = f"{self.prefix}_{part}(arrays, 0, samples, samples, workspace);"
            found.append(PassCode(whole.name, whole.words, (call,), ("samples",)))
        return tuple(found)

    def _walk(self, inner: PassCode) -> Iterator[str]:
        """The statements of a pass over some samples."""
        uses = [t for t in self.fields if t.key in inner.uses]
        rooms = {
            t.key: f"room(workspace, {self.shared[t.key]})"
            for t in uses
            if t.key in self.shared and t.key in inner.writes
        }
        cost = self.program.cost if self.program.cost and self.program.cost.key in rooms else None
        yield f"{self.prefix}_arrays part = *arrays;"
        # In double precision: thousands of chunks would lose three digits.
        yield from ["double total = 0;"] if cost else []
        summed = any(t.key in rooms for t in self.summed)
        yield from [f"if (count == 0) {self._results['clear']}(arrays);"] if summed else []
        yield "size_t taken = 0;"
        yield "for (size_t at = first; at < first + count; at += taken) {"
        yield f"  taken = {self._choose('first + count - at')};"
        moved = self._moved if {t.key for t in self._moved} <= inner.uses else ()
        yield from [f"  {self._mover}(&part, arrays, at);"] if moved else []
        for t in uses:
            name = self.names[t.key]
            if t in moved:
                continue
            if t.key in self.batched:
                yield f"  part.{name} = arrays->{name} + {write_times(t.entries, 'at')};"
            elif t == cost:
                yield f"  part.{name} = {rooms[t.key]};"
        if summed:
            # The first chunk has nothing to be added to.
            yield f"  if (at != first) {self._results['place']}(&part, workspace);"
        yield f"  {inner.name}(&part, workspace{', (int)taken' if inner.counts else ''});"
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
        if any(t.key in rooms for t in self.summed):
            yield f"{self._results['add']}(arrays, &part, {share});"
        for t in uses:
            name = self.names[t.key]
            if t == cost:
                yield f"total += {'share * ' if mean else ''}part.{name}[0];"
            elif t.key not in rooms and mean and t in self.program.results:
                whole = write_times(t.entries, "taken")
                yield f"add_part(part.{name}, part.{name}, {whole}, share);"

    def _choose(self, left: str) -> str:
        """The largest chunk that the samples fill."""
        *larger, least = self.sizes
        return "".join(f"{left} >= {n} ? {n} : " for n in larger) + str(least)


def _count(samples: int) -> str:
    return f"{samples} samples" if samples > 1 else "one sample"


def _list_passes(parts: FileParts) -> tuple[tuple[EquationCode, ...], ...]:
    """The functions of what `FileParts.made` has, in its order."""
    forward, backward = parts.equations
    return forward, parts.probabilities, backward


def _count_shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many statements two passes begin with; no `else` is cut off."""
    pairs = enumerate(zip(one, other, strict=False))
    count = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    while 0 < count < len(one) and one[count].startswith("else "):
        count -= 1
    return count
