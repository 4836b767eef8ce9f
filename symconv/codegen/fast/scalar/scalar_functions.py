"""The functions of an unrolled module, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symconv.codegen.python.array_conversion import CONVERSION, convert_where_needed
from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.long_lines import (
    shape_literal,
    wrap_tuple,
    wrap_unpacking,
)
from symconv.codegen.python.module import Code, Function, Parameter, make_code
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .dead_code import eliminate_dead_scalars
from .scalar_names import ScalarNames, list_entries_in
from .scalar_printer import ScalarPrinter
from .scalar_program import (
    Branch,
    Entry,
    ScalarStatement,
    Select,
    Winner,
    collect_reads,
    list_entries_of,
)

TITLES = {
    "step": "Compute the cost and all gradients at one go.",
    "forward": "Compute every value of the network.",
    "backward": "Compute the gradients, from the last equation to the first.",
}

TANH = {"sigmoid", "tanh"}
"""The functions that are written with that of the standard library."""


class ScalarFunctions:
    """Writes `forward`, `backward` and `step`."""

    def __init__(self, backward: Backward, names: ScalarNames, numbers: Mapping[str, str]) -> None:
        self.backward, self.names, self.numbers = backward, names, numbers
        self.plan, self.name, self.given = names.plan, names.name, names.given

    def forward_pass(self) -> Function:
        """All values of the network."""
        used = collect_reads(self.plan.forward) | set(self.names.passed_on())
        values = self.names.values()
        body, printer = (
            [*self._checks(self.given), *self._unpacked(self.given, used)],
            self._printer(),
        )
        unnumbered = (
            replace(s, winner=None) if isinstance(s, Select) else s for s in self.plan.forward
        )
        body += self._statements(printer, tuple(unnumbered))
        plain = (self.plan.planner.plain(e) for t in values for e in list_entries_in(t))
        body += _make_array([self.name(e) for e in plain], f"{self.names.typed()}.dtype")
        body.append(make_code(wrap_call("return Forward", _cut_array(values), "", 1), "return"))
        return self._function("forward", (self.given, []), "Forward", body, printer)

    def backward_pass(self) -> Function:
        """All gradients."""
        seeds = [self.backward.seed] if self.backward.seed else []
        # Who won a maximum is found anew: it is no value of the network.
        contests = [replace(s, target=None) for s in self.plan.forward if isinstance(s, Select)]
        statements = eliminate_dead_scalars((*contests, *self.plan.backward), self._answered())
        used = collect_reads(statements) | self._answered()
        keys = {e.key for e in used if isinstance(e, Entry)}
        given = [t for t in self.given if t.key in keys]
        body, printer = self._checks([*given, *seeds]), self._printer()
        body += self._unpacked([*given, *seeds], used)
        body += self._recalled(used)
        body += self._statements(printer, statements)
        body += self._made(printer, self._recalled_type([*given, *seeds]))
        body.append(
            make_code(
                wrap_call("return Gradients", _cut_array(self.backward.results), "", 1), "return"
            )
        )
        return self._function("backward", (given, seeds), "Gradients", body, printer)

    def _printer(self) -> ScalarPrinter:
        return ScalarPrinter(self.name, 1, frozenset(t.key for t in self.names.values()))

    def _function(
        self,
        name: str,
        given: tuple[list[Tensor], list[Tensor]],
        result: str,
        body: list[Code],
        printer: ScalarPrinter,
    ) -> Function:
        """A function of arrays and, behind the values, of seeds; each of them is checked."""
        arrays, seeds = ([Parameter(self.names.array(t), "Array") for t in ts] for ts in given)
        values = [Parameter("values", "Forward")] if name == "backward" else []
        parameters = (*arrays, *values, *seeds)
        words = {
            self.names.array(t): f"{t.meaning}, {shape_literal(t)}." for t in (*given[0], *given[1])
        }
        words["values"] = "what `forward` returned."
        sections = {
            "Args": [f"{p.name}: {words[p.name]}" for p in parameters],
            "Raises": ["ValueError: an array has another shape, which the message names."],
        }
        made = ["tanh"] if printer.functions & TANH else []
        made += ["Gradients"] if name == "step" else []
        return Function(
            name=name,
            parameters=parameters,
            docstring=function_docstring(TITLES[name], sections),
            body=tuple(body),
            result=result,
            reads=frozenset(p.name for p in parameters),
            calls=frozenset({CONVERSION, "check_shape", result, *made}),
            exempt=frozenset(
                printer.exempt | ({"FURB136"} if "relu" in printer.functions else set())
            ),
        )

    def _checks(self, given: list[Tensor]) -> list[Code]:
        names = self.names
        return convert_where_needed(given, names.names.tensors, names.labels, names.fits)

    def _unpacked(self, given: list[Tensor], used: set[Entry | Winner]) -> list[Code]:
        """The entries of the arrays as numbers."""
        found: list[Code] = []
        for t in given:
            # As floats of Python: one operation on scalars of NumPy takes several times as long.
            items = [self.name(e) if e in used else "_" for e in list_entries_in(t)]
            if any(i != "_" for i in items):
                ravel = "" if len(t.shape) == 1 else ".ravel()"
                found.append(wrap_unpacking(items, f"{self.names.array(t)}{ravel}.tolist()"))
        return found

    def _recalled(self, used: set[Entry | Winner]) -> list[Code]:
        """The entries of the values of the forward pass as numbers."""
        found: list[Code] = []
        for t in self.names.values():
            items = [self.name(e) if e in used else "_" for e in list_entries_in(t)]
            if any(i != "_" for i in items):
                field = f"values.{self.names.array(t)}"
                array = f"np.asarray({field})" if t.role == "cost" else field
                ravel = "" if len(t.shape) == 1 and t.role != "cost" else ".ravel()"
                found.append(wrap_unpacking(items, f"{array}{ravel}.tolist()"))
        return found

    def _recalled_type(self, given: list[Tensor]) -> str:
        """The type of the gradients: that of an array of the forward pass, or of a given one."""
        values = [f"values.{self.names.array(t)}" for t in self.names.values() if t.role != "cost"]
        passed = [self.names.array(t) for t in given if t.key not in self.names.labels]
        return (
            f"{(*values, *passed, f'values.{self.names.array(self.names.values()[0])}')[0]}.dtype"
        )

    def _statements(
        self, printer: ScalarPrinter, statements: tuple[ScalarStatement, ...]
    ) -> list[Code]:
        found, before = list[Code](), ""
        for s in statements:
            number = self._number(s)
            if number and number != before:
                found.append(make_code([f"{TAB}# {number}"], "none"))
            before = number
            found += printer.code(s)
        return found

    def _number(self, s: ScalarStatement) -> str:
        if isinstance(s, Branch):
            keys = dict.fromkeys(t.key for _, pairs in s.cases for t, _ in pairs)
            return ", ".join(f"({self.numbers[k]})" for k in keys if k in self.numbers)
        key = s.target.key if s.target else ""
        return f"({self.numbers[key]})" if key in self.numbers else ""

    def _made(self, printer: ScalarPrinter, dtype: str) -> list[Code]:
        """The statements that make all gradients as one array: slices cost less than calls."""
        printer.parts = {}
        entries = [e for tensor in self.backward.results for e in list_entries_in(tensor)]
        numbers = ["".join(printer.addends(self.plan.planner.read(e))) for e in entries]
        return _make_array(numbers, dtype)

    def _answered(self) -> set[Entry | Winner]:
        """The entries that the gradients are made of."""
        entries = [e for tensor in self.backward.results for e in list_entries_in(tensor)]
        return {p for e in entries for p in list_entries_of(self.plan.planner.read(e))}

    def step(self) -> Function:
        """Both functions in one: no number is kept or converted twice."""
        cost = self.plan.planner.plain(Entry(self.backward.cost.key, (0,)))
        both = eliminate_dead_scalars(
            (*self.plan.forward, *self.plan.backward), self._answered() | {cost}
        )
        # The cost may be a given entry as it is, which no statement reads.
        used = collect_reads(both) | self._answered() | {cost}
        body, printer = (
            [*self._checks(self.given), *self._unpacked(self.given, used)],
            self._printer(),
        )
        body.append(make_code([f"{TAB}dtype = {self.names.typed()}.dtype"]))
        body += [*self._statements(printer, both), *self._made(printer, "dtype")]
        body.append(
            make_code(wrap_call("gradients = Gradients", _cut_array(self.backward.results), "", 1))
        )
        cost_entry = f"dtype.type({self.name(cost)})"
        body.append(make_code([f"{TAB}return Step({cost_entry}, gradients)"], "return"))
        return self._function("step", (self.given, []), "Step", body, printer)


def _make_array(numbers: list[str], dtype: str) -> list[Code]:
    """The statements that make one array of numbers."""
    made = f"{TAB}made: Array = np.array(numbers, dtype={dtype})"
    return [wrap_tuple("numbers", numbers), make_code([made])]


def _cut_array(tensors: Iterable[Tensor]) -> list[str]:
    """The parts of that array, each in the shape of its tensor; a cost is a number."""
    parts, start = list[str](), 0
    for tensor in tensors:
        stop = start + len(list_entries_in(tensor))
        reshape = "" if len(tensor.shape) == 1 else f".reshape({shape_literal(tensor)})"
        cut = str(start) if tensor.role == "cost" else f"{start}:{stop}"
        parts.append(f"made[{cut}]{reshape}")
        start = stop
    return parts
