"""One function of a module: its parameters, its first lines about sizes, its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from symconv.codegen.python.array_conversion import (
    AXES,
    CONVERSION,
    write_axes_check,
    write_conversion,
)
from symconv.codegen.python.identifiers import Identifiers, Namer
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.module import Code, make_code
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import ADD, MULTIPLY
from symconv.core.equation import SizeDefinition
from symconv.core.tensor import Tensor
from symconv.lower.dataflow import arrays_read, loop_indices, size_symbols
from symconv.lower.ir import Local, Ref, Statement

from .size_constraints import SizeConstraint
from .size_sources import ShapeUnpacking, SizeSource, SizeSources, find_size_sources
from .target import NUMPY, Target


@dataclass(frozen=True)
class FunctionBody:
    """The statements of a function, and what it must be given for them.

    `arrays` are tensors that the caller passes, `values` says whether it takes what `forward`
    returned, `parameters` are sizes. `read` are the keys of the arrays that it does read, and the
    sizes; a parameter may stand there for a twin's sake alone.
    """

    arrays: tuple[Tensor, ...]
    values: bool
    parameters: tuple[Symbol, ...]
    body: tuple[Code, ...]
    calls: frozenset[str]
    read: frozenset[str | Symbol]


@dataclass(frozen=True)
class FunctionContext:
    """What a function can reach: arrays that the caller passes, values of the forward pass.

    `classes` are the numbers of classes of the arrays of labels that it must check, by key;
    `labels` are the keys of all of these. `target` is the library that is printed for.
    """

    names: Identifiers
    passed: tuple[Tensor, ...]
    stored: tuple[Tensor, ...]
    definitions: tuple[SizeDefinition, ...]
    numbers: Mapping[str, str]
    classes: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    target: Target = NUMPY


def write_readable_function(
    setting: FunctionContext,
    statements: tuple[Statement, ...],
    least: tuple[SizeConstraint, ...] = (),
) -> FunctionBody:
    """The function that runs the statements; the sizes `least` must be at least 1."""
    known = _outside_keys(setting, statements)
    mentioned = size_symbols(statements) - loop_indices(statements)
    mentioned = mentioned.union(*(extent.symbols for extent in least))
    mentioned = mentioned.union(*(n.atoms(Symbol) for s in setting.classes.values() for n in s))
    by_key = {g.key: g for g in _find_sources(setting)}
    used = tuple(g for k, g in by_key.items() if k in known)
    others = tuple(g for k, g in by_key.items() if k not in known)
    found = find_size_sources(mentioned, used, others, setting.definitions)
    # An array may be a parameter for the sake of its shape alone.
    touched = {*known, *(r.array.key for r in found.reads)}
    arrays = tuple(t for t in setting.passed if t.key in touched)
    printer = FunctionPrinter(setting, statements)
    lines = [part for s in statements for part in printer.statements.code(s)]
    given = (*setting.passed, *setting.stored)
    read = [printer.name(Ref(t.key)) for t in given if t.key in known - setting.labels]
    body = [
        *printer.preamble(arrays, found, least),
        *setting.target.prepare(read, printer.statements.arrays.calls),
        *lines,
    ]
    return FunctionBody(
        arrays,
        any(t.key in touched for t in setting.stored),
        found.parameters,
        tuple(body),
        printer.calls(found, least),
        frozenset({*touched, *found.parameters}),
    )


def class_checks(classes: Mapping[str, tuple[Expr, ...]], names: Identifiers) -> list[Code]:
    """A call for every array of labels, whose entries must be numbers of classes, or ignored."""
    found: list[Code] = []
    for key, numbers in classes.items():
        name, sizes = names.tensors[key], map(SizePrinter(names.sizes), numbers)
        found.append(make_code(wrap_call("check_classes", [f'"{name}"', name, *sizes], "", 1)))
    return found


def _outside_keys(setting: FunctionContext, statements: tuple[Statement, ...]) -> set[str]:
    """The keys of the arrays from outside that the statements read."""
    outside = {t.key for t in (*setting.passed, *setting.stored)}
    found = {r.key for s in statements for r in arrays_read(s) if isinstance(r, Ref)}
    return found & outside


def _find_sources(setting: FunctionContext) -> tuple[SizeSource, ...]:
    passed = tuple(SizeSource(t.key, t.shape, bare=True) for t in setting.passed)
    stored = tuple(SizeSource(t.key, t.shape, bare=False) for t in setting.stored if not t.scalar)
    return (*passed, *stored)


class FunctionPrinter:
    """The identifiers of one function and the printers that use them."""

    def __init__(self, setting: FunctionContext, statements: tuple[Statement, ...]) -> None:
        self.setting = setting
        self.namer: Namer = setting.names.namer.branch()
        self.locals: dict[Local, str] = {}
        self.stored = {t.key for t in setting.stored}
        self.converts = False
        self.loops = self._loop_names(statements)
        self.size = SizePrinter({**setting.names.sizes, **self.loops})
        target = setting.target
        arrays = target.arrays(self.name, self.size)
        self.statements = target.statements(arrays, self.part, setting.numbers)

    def _loop_names(self, statements: tuple[Statement, ...]) -> dict[Symbol, str]:
        """One name an index; loops that stand one after the other share names."""
        found: dict[Symbol, str] = {}
        shared: dict[str, str] = {}
        for statement in statements:
            inside: set[str] = set()
            for v in sorted(loop_indices((statement,)), key=str):
                letter = v.name.rstrip("'")
                if letter in inside or letter not in shared:
                    shared[letter] = self.namer.claim(letter)
                inside.add(letter)
                found.setdefault(v, shared[letter])
        return found

    def name(self, array: Ref | Local) -> str:
        """The identifier of an array in this function."""
        if isinstance(array, Ref):
            name = self.setting.names.tensors[array.key]
            return f"values.{name}" if array.key in self.stored else name
        if array not in self.locals:
            base = self.setting.names.tensors.get(array.base, "")
            self.locals[array] = self.namer.claim(f"{base}_{array.what}")
        return self.locals[array]

    def part(self, whole: Ref | Local) -> Local:
        """A new local array for a part of a long formula."""
        base = whole.key if isinstance(whole, Ref) else whole.base
        return Local(base, "part", -2 - len(self.locals))

    def preamble(
        self, arrays: tuple[Tensor, ...], found: SizeSources, least: tuple[SizeConstraint, ...]
    ) -> list[Code]:
        """Conversions, sizes from shapes, sizes from definitions, checks.

        In this order: only arrays have shapes, a definition reads sizes of shapes, and checks
        compare with both. An array with another number of axes is refused before it is unpacked.
        """
        lines = [
            f"{TAB}{self.size(d.symbol)} = {self.floored(d.numerator, d.stride)}"
            for d in found.definitions
        ]
        names, labels = self.setting.names.tensors, self.setting.labels
        parts = write_conversion(arrays, names, labels, asarray=self.setting.target.asarray)
        self.converts = any(t.key not in labels for t in arrays)
        for read in found.reads:
            if read.array.bare:
                parts.append(write_axes_check(names[read.array.key], read.array.shape, self.size))
            parts.append(make_code([self.unpacked(read, read.array in found.checks)]))
        parts += [make_code([line]) for line in lines]
        for given in found.checks:
            name = self.name(Ref(given.key))
            shape = self.statements.arrays.shape(given.shape)
            parts.append(make_code(wrap_call("check_shape", [f'"{name}"', name, shape], "", 1)))
        parts += self._size_checks(least, found)
        return parts + class_checks(self.setting.classes, self.setting.names)

    def calls(self, found: SizeSources, least: tuple[SizeConstraint, ...]) -> frozenset[str]:
        """The functions that the preamble and what was printed since call."""
        checks = {
            CONVERSION: self.converts,
            AXES: [read for read in found.reads if read.array.bare],
            "check_shape": found.checks,
            "check_size": least,
            "check_classes": self.setting.classes,
        }
        called = self.statements.arrays.calls
        return frozenset({*called, *(name for name, checked in checks.items() if checked)})

    def floored(self, numerator: Expr, divisor: Expr) -> str:
        """floor(numerator / divisor) + 1."""
        # The floor of a whole number: no division is written.
        if divisor == 1:
            return self.size(numerator + 1)
        length, stride = self.size.text(numerator), self.size.text(divisor)
        return f"{length.above(ADD)} // {stride.above(MULTIPLY)} + 1"

    def _size_checks(self, least: tuple[SizeConstraint, ...], found: SizeSources) -> list[Code]:
        """A call for every size that must be at least 1."""
        known = {d.symbol for d in found.definitions}
        known |= {s for read in found.reads for s in read.sizes if s is not None}
        parts: list[Code] = []
        for extent in least:
            formula = self.floored(extent.length, extent.stride)
            name = self.size(extent.symbol) if extent.symbol else formula
            value = name if extent.symbol in known else formula
            arguments = [f'"{extent.words or name}"', value]
            parts.append(make_code(wrap_call("check_size", arguments, "", 1)))
        return parts

    def unpacked(self, read: ShapeUnpacking, checked: bool) -> str:
        """`B, C, _, _ = x.shape`, or only `B = x.shape[0]` where the rest is checked anyway."""
        array = self.name(Ref(read.array.key))
        places = [k for k, s in enumerate(read.sizes) if s is not None]
        if checked and len(places) == 1:
            return f"{TAB}{self.size(read.array.shape[places[0]])} = {array}.shape[{places[0]}]"
        names = ["_" if s is None else self.size(s) for s in read.sizes]
        left = f"({names[0]},)" if len(names) == 1 else ", ".join(names)
        return f"{TAB}{left} = {array}.shape"
