"""One function of a module of loops: what it reads, its sizes, and a block for each equation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Symbol

from symconv.codegen.readable.function import Function, Setting, class_checks
from symconv.codegen.readable.function import _Printer as Preamble
from symconv.codegen.readable.size_constraints import find_size_constraints
from symconv.codegen.readable.size_sources import SizeSource, find_size_sources
from symconv.core.equation import Equation, Program, class_counts
from symconv.core.tensor import Tensor
from symconv.lower.affine import SizeBounds
from symconv.notation.index_order import index_order

from .equations import write_equation
from .writer import LoopWriter


@dataclass(frozen=True)
class Programs:
    """The forward program, and forward and backward in one."""

    forward: Program
    whole: Program

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        return {t.key: t for t in (*self.forward.tensors, *self.whole.tensors)}

    @property
    def bounds(self) -> SizeBounds:
        """What is known about the sizes."""
        inputs = [n for t in self.forward.tensors if t.role == "input" for n in t.shape]
        images = frozenset[Symbol]().union(*(n.atoms(Symbol) for n in inputs))
        return SizeBounds(self.forward.sizes, images)


def function(
    setting: Setting, programs: Programs, equations: tuple[Equation, ...], told: frozenset[str]
) -> Function:
    """The function that computes the equations one after the other.

    It takes the parameters of its twin in the readable style, whose names are `told`, even where
    it can do without one.
    """
    stored = frozenset(t.key for t in setting.stored)
    order = index_order(programs.forward.equations)
    writer = LoopWriter(setting.names, programs.tensors, stored, programs.bounds, order)
    for e in equations:
        write_equation(e, _like(e, setting, programs), setting.numbers.get(e.key, ""), writer)
    least = () if setting.stored else find_size_constraints(programs.forward)
    wanted = writer.mentioned.union(*(extent.symbols for extent in least))
    wanted = wanted.union(*(n.atoms(Symbol) for n in setting.classes.values()))
    given = [SizeSource(t.key, t.shape, bare=True) for t in setting.passed]
    given += [SizeSource(t.key, t.shape, bare=False) for t in setting.stored if not t.scalar]
    used = writer.used | {t.key for t in setting.passed if setting.names.tensors[t.key] in told}
    read = tuple(g for g in given if g.key in used)
    others = tuple(g for g in given if g.key not in used)
    found = find_size_sources(wanted, read, others, setting.definitions)
    touched = {*used, *(r.array.key for r in found.reads)}
    preamble = Preamble(setting, ())
    head = [*preamble.preamble(found), *preamble.size_checks(least, found)]
    head += class_checks(setting.classes, setting.names)
    sizes = {s for s, name in setting.names.sizes.items() if name in told}
    return Function(
        tuple(t for t in setting.passed if t.key in touched),
        any(t.key in touched for t in setting.stored) or "values" in told,
        tuple(sorted({*found.parameters, *sizes}, key=str)),
        (*head, *([""] if head and writer.lines else []), *writer.lines),
    )


def _like(e: Equation, setting: Setting, programs: Programs) -> Tensor:
    """The first tensor of numbers that an equation reads; else the one it belongs to."""
    tensors, labels = programs.tensors, class_counts(programs.whole.equations)
    read = e.reads - set(labels)
    numbers = [t for t in tensors.values() if t.key in read and t.role != "mask"]
    plain = tensors.get(tensors[e.key].name.plain.key, setting.passed[0])
    return numbers[0] if numbers else plain
