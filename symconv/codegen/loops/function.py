"""One function of a module of loops: what it reads, its sizes, and a block for each equation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Symbol

from symconv.codegen.python.module import BLANK
from symconv.codegen.readable.function import FunctionBody, FunctionContext, FunctionPrinter
from symconv.codegen.readable.size_constraints import find_size_constraints
from symconv.codegen.readable.size_sources import SizeSource, SizeSources, find_size_sources
from symconv.core.equation import Equation, Program, class_counts
from symconv.core.tensor import Tensor
from symconv.lower.affine import SizeBounds
from symconv.notation.index_order import index_order

from .equations import write_equation
from .writer import LoopWriter


@dataclass(frozen=True)
class ProgramPair:
    """The forward program, and forward and backward in one."""

    forward: Program
    whole: Program

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        return {t.key: t for t in (*self.forward.tensors, *self.whole.tensors)}

    @cached_property
    def labels(self) -> frozenset[str]:
        """The keys of the tensors that hold class numbers."""
        return frozenset(class_counts(self.whole.equations))

    @property
    def bounds(self) -> SizeBounds:
        """What is known about the sizes."""
        inputs = [n for t in self.forward.tensors if t.role == "input" for n in t.shape]
        images = frozenset[Symbol]().union(*(n.atoms(Symbol) for n in inputs))
        return SizeBounds(self.forward.sizes, images)


def write_loops_function(
    setting: FunctionContext,
    programs: ProgramPair,
    equations: tuple[Equation, ...],
    wanted: frozenset[str],
) -> FunctionBody:
    """The function that computes the equations one after the other.

    It takes the parameters of its twin in the readable style, whose names are `wanted`, even where
    it can do without one. Unsupported where a formula has no form in loops.
    """
    stored = frozenset(t.key for t in setting.stored)
    order = index_order(programs.forward.equations)
    writer = LoopWriter(setting.names, programs.tensors, stored, programs.bounds, order)
    for e in equations:
        write_equation(
            e, _dtype_tensor(e, setting, programs), setting.numbers.get(e.key, ""), writer
        )
    # The forward pass has checked the sizes before the backward pass is called.
    least = () if setting.stored else find_size_constraints(programs.forward)
    symbols = writer.mentioned.union(*(extent.symbols for extent in least))
    symbols = symbols.union(*(n.atoms(Symbol) for s in setting.classes.values() for n in s))
    given = [SizeSource(t.key, t.shape, bare=True) for t in setting.passed]
    given += [SizeSource(t.key, t.shape, bare=False) for t in setting.stored]
    used = writer.used | {t.key for t in setting.passed if setting.names.tensors[t.key] in wanted}
    read = tuple(g for g in given if g.key in used)
    others = tuple(g for g in given if g.key not in used)
    found = find_size_sources(symbols, read, others, setting.definitions)
    known, keys = {r.array.key for r in found.reads}, {g.key for g in given}
    printer = FunctionPrinter(setting, ())
    arrays = tuple(t for t in setting.passed if t.key in used | known)
    head = printer.preamble(arrays, found, least)
    sizes = {s for s, name in setting.names.sizes.items() if name in wanted}
    return FunctionBody(
        arrays,
        any(t.key in used | known for t in setting.stored) or "values" in wanted,
        tuple(sorted({*found.parameters, *sizes}, key=str)),
        (*head, *([BLANK] if head and writer.body else []), *writer.body, BLANK),
        printer.calls(found, least) | writer.calls,
        frozenset(
            {
                *(writer.used & keys),
                *(t.key for t in arrays),
                *found.parameters,
                *_names_in_shapes(found),
            }
        ),
    )


def _names_in_shapes(found: SizeSources) -> set[str | Symbol]:
    """The arrays whose shapes are read, and the sizes that they tell."""
    sizes = {s for read in found.reads for s in read.sizes if s is not None}
    return sizes | {a.key for a in (*(r.array for r in found.reads), *found.checks)}


def _dtype_tensor(e: Equation, setting: FunctionContext, programs: ProgramPair) -> Tensor:
    """The tensor that an equation takes its type from.

    That is the first tensor of numbers that it reads; else the one that it is a derivative by; else
    the first of the caller, as for a softmax over one class, which is 1.
    """
    tensors, labels = programs.tensors, programs.labels
    read = programs.whole.in_order(e.reads - labels)
    numbers = [t for t in read if t.role != "mask"]
    if numbers:
        return numbers[0]
    plain = tensors.get(tensors[e.key].name.plain.key)
    passed = next(t for t in setting.passed if t.key not in labels)
    return passed if plain is None or plain.key == e.key else plain
