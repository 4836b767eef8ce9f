"""Where a planned function is written: identifiers, lines, and the readable form of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Symbol

from symconv.codegen.fast.plan.padding_workspace import find_padded_arrays
from symconv.codegen.fast.plan.simplify import drop_unit_sums
from symconv.codegen.python.identifiers import Identifiers, Namer
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.module import Code, make_code
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.statements import StatementPrinter
from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.lower.dataflow import arrays_read, loop_indices, size_symbols
from symconv.lower.ir import Local, Ref, Statement
from symconv.lower.lowering import Lowering

from .padded_copies import PaddedCopyPrinter


@dataclass
class FunctionWriter:
    """Writes one function.

    `stored` are the keys of the tensors that are read from `values`, `outside` of those that the
    caller passes, `numbers` of the equations by key. `used` collects the keys of all arrays from
    outside that were read, `mentioned` the sizes, `helpers` the families of helper functions,
    `calls` the functions that are called; `values` and `workspace` tell whether these parameters
    are read.
    """

    names: Identifiers
    lowering: Lowering
    stored: frozenset[str]
    outside: frozenset[str]
    numbers: Mapping[str, str]
    body: list[Code] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    mentioned: set[Symbol] = field(default_factory=set)
    helpers: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    values: bool = False
    workspace: bool = False

    def __post_init__(self) -> None:
        self.namer: Namer = self.names.namer.branch()
        self.locals: dict[Local, str] = {}

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every tensor of both passes, by its key."""
        return self.lowering.tensors

    def tensor(self, key: str) -> str:
        """The identifier of a tensor's array, which is thereby read."""
        if key in self.outside:
            self.used.add(key)
        if key in self.stored:
            self.values = True
            return f"values.{self.names.tensors[key]}"
        return self.names.tensors[key]

    def number(self, *keys: str) -> str:
        """The numbers of equations as a comment."""
        found = ", ".join(f"({self.numbers[k]})" for k in keys if k in self.numbers)
        return f"  # {found}" if found else ""

    def line(self, text: str, *keys: str) -> None:
        """One statement, with the numbers of the equations that it completes."""
        self.body.append(make_code([f"{TAB}{text}{self.number(*keys)}"]))

    def chain(self, target: str, source: str, steps: Sequence[str], *keys: str) -> None:
        """One statement that ends in a chain of views; one a step where it is long."""
        whole = f"{target} = {source}{''.join(steps)}"
        if len(TAB + whole + self.number(*keys)) <= WIDTH:
            self.line(whole, *keys)
            return
        for step in steps[:-1]:
            self.line(f"{target} = {source}{step}")
            source = target
        self.line(f"{target} = {source}{steps[-1]}", *keys)

    def spell_call(self, function: str, *arguments: str) -> str:
        """A call as a part of an expression."""
        self.calls.add(function)
        return f"{function}({', '.join(arguments)})"

    def call(self, head: str, arguments: list[str], suffix: str = "", *keys: str) -> None:
        """One statement that ends in a call, on as many lines as it needs.

        `suffix` is what is done with the result, a statement of its own where the call is long.
        """
        target, _, function = head.rpartition(" = ")
        self.calls.add(function)
        self.workspace |= "workspace" in arguments
        lines, tail = wrap_call(head, arguments, suffix, 1), self.number(*keys)
        # Behind a call on several lines, views would be laid out in one more way.
        if suffix and (len(lines) > 1 or len(lines[0] + tail) > WIDTH):
            self.body.append(make_code(wrap_call(head, arguments, "", 1)))
            self.line(f"{target} = {target}{suffix}", *keys)
            return
        if len(lines) == 1 and len(lines[0] + tail) > WIDTH:
            lines = wrap_call(head, arguments, tail, 1)
        else:
            lines[-1] += tail
        self.body.append(make_code(lines))

    def readable(self, equations: tuple[Equation, ...]) -> None:
        """Write equations without a plan of their own, the way the readable style does."""
        if not equations:
            return
        plain = tuple(drop_unit_sums(e) for e in equations)
        statements = self.lowering(plain)
        # Sorted, as a set has no order that two runs share.
        loops = {v: self.namer.claim(v.name) for v in sorted(loop_indices(statements), key=str)}
        self.mentioned |= size_symbols(statements) - set(loops)
        written = {e.key for e in equations}
        for s in statements:
            self.used |= {
                r.key for r in arrays_read(s) if isinstance(r, Ref) and r.key not in written
            } & self.outside
        margins = find_padded_arrays(statements)
        self.helpers |= {"common", "zero_pad"} if margins else set()
        self.workspace |= bool(margins)
        size = SizePrinter({**self.names.sizes, **loops})
        arrays = PaddedCopyPrinter(self._array, size, margins)
        self._print(StatementPrinter(arrays, self._part, self.numbers), statements)

    def _print(self, printer: StatementPrinter, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self.body += printer.code(statement)
        self.calls |= printer.arrays.calls
        # Every lowering counts its local arrays from 0: the next one means others by the same
        # numbers.
        self.locals = {}

    def _array(self, array: Ref | Local) -> str:
        if isinstance(array, Ref):
            return self.tensor(array.key)
        if array not in self.locals:
            base = self.names.tensors.get(array.base, "")
            self.locals[array] = self.namer.claim(f"{base}_{array.what}")
        return self.locals[array]

    def _part(self, whole: Ref | Local) -> Local:
        """A new local array for a part of a long formula."""
        base = whole.key if isinstance(whole, Ref) else whole.base
        # Lowering numbers local arrays from 0 up and from -1000 down, a window is -1: these are
        # free.
        return Local(base, "part", -2 - len(self.locals))
