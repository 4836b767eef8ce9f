"""The module of a tiny network: straight-line scalar code, no array inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.emit.code.layout import TAB, call_lines
from symconv.emit.code.module import GIVEN, module_names
from symconv.emit.code.names import Names
from symconv.plan.scalar_planner import ScalarPlanner
from symconv.plan.scalar_program import (
    Assign,
    Branch,
    Entry,
    ScalarStatement,
    Select,
    Winner,
    entries_of,
)

from .finish import finished
from .scalars import ScalarPrinter


@dataclass(frozen=True)
class Unrolled:
    """The planned statements of both functions, and how many entries they read."""

    program: Program
    forward: tuple[ScalarStatement, ...]
    backward: tuple[ScalarStatement, ...]
    planner: ScalarPlanner


def unrolled(forward: Program, backward: Backward) -> Unrolled:
    """Straight-line code for a network whose sizes are numbers; Unsupported where there is none."""
    planner = ScalarPlanner(backward.program, frozenset(t.key for t in backward.results))
    first = planner.run(forward.equations)
    rest = tuple(e for e in backward.program.equations if forward.equation(e.key) is None)
    return Unrolled(backward.program, first, planner.run(rest), planner)


class UnrolledModule:
    """Puts the text of an unrolled module together."""

    def __init__(
        self, forward: Program, backward: Backward, plan: Unrolled, numbers: Mapping[str, str]
    ) -> None:
        self.forward, self.backward, self.plan = forward, backward, plan
        self.numbers = numbers
        self.names: Names = module_names(forward, backward.program)
        self.tensors = backward.program.by_key
        self.identifiers: dict[Entry | Winner, str] = {}
        self.kept = [*_written(plan.forward), *self._passed_on()]
        outside = [t for t in forward.tensors if forward.equation(t.key) is None]
        self.given = sorted((t for t in outside if t.role in GIVEN), key=lambda t: _rank(t.role))

    def text(self, docstring: str) -> str:
        """The module."""
        functions = [self._forward(), self._backward()]
        functions += [] if self.backward.seed else [self._step()]
        body = "\n".join(line for f in functions for line in f["body"])
        return finished(
            "unrolled.py.j2",
            docstring=docstring,
            uses_tanh="tanh(" in body,
            values=[self._value(t) for t in self.forward.tensors if self._computed(t)],
            gradients=[self.names.tensors[t.key] for t in self.backward.results],
            functions=functions,
            cost=None if self.backward.seed else self.names.tensors[self.backward.cost.key],
        )

    def name(self, item: Entry | Winner) -> str:
        """The identifier of one entry or one choice."""
        if item not in self.identifiers:
            if isinstance(item, Winner):
                wanted = f"winner_{item.serial}"
            else:
                wanted = "_".join((self.names.tensors[item.key], *map(str, item.place)))
            self.identifiers[item] = self.names.namer.claim(wanted)
        return self.identifiers[item]

    def _passed_on(self) -> list[Entry]:
        """The entries of given arrays that are entries of a value as they are."""
        written = set(_written(self.plan.forward))
        values = [t for t in self.forward.tensors if self._computed(t)]
        found = [self.plan.planner.plain(e) for t in values for e in _entries(t)]
        return [e for e in dict.fromkeys(found) if e not in written]

    def _computed(self, tensor: Tensor) -> bool:
        return self.forward.equation(tensor.key) is not None

    def _value(self, tensor: Tensor) -> dict[str, Any]:
        """How an array is made of the numbers that were kept."""
        places = {e: k for k, e in enumerate(self.kept)}
        found = [places[self.plan.planner.plain(e)] for e in _entries(tensor)]
        number = self.numbers.get(tensor.key)
        told = {
            "name": self.names.tensors[tensor.key],
            "annotation": "Number" if tensor.role == "cost" else "Array",
            "number": f" of equation ({number})" if number else "",
        }
        if tensor.role == "cost":
            lines = [f"number: Number = self.dtype.type(self.kept[{found[0]}])", "return number"]
        else:
            lines = [*self._taken(found), f"return array.reshape({_shape(tensor)})"]
        return {**told, "lines": lines}

    def _taken(self, found: list[int]) -> list[str]:
        if found == list(range(found[0], found[0] + len(found))):
            inside = f"self.kept[{found[0]}:{found[-1] + 1}]"
        else:
            inside = f"[{', '.join(f'self.kept[{k}]' for k in found)}]"
        return [f"array: Array = np.array({inside}, dtype=self.dtype)"]

    def _forward(self) -> dict[str, Any]:
        given = self.given
        used = _reads(self.plan.forward) | set(self._passed_on())
        body = [*self._checks(given), *self._unpacked(given, used)]
        body += self._statements(self.plan.forward)
        kept = [self.name(item) for item in self.kept]
        body += call_lines("kept = ", [*kept, ""] if len(kept) == 1 else kept, "", 1)
        body.append(f"{TAB}return Forward(kept, {self._typed()}.dtype)")
        return self._function("forward", given, [], "Forward", body)

    def _backward(self) -> dict[str, Any]:
        seeds = [self.backward.seed] if self.backward.seed else []
        used = _reads(self.plan.backward) | self._answered()
        keys = {e.key for e in used if isinstance(e, Entry)}
        given = [t for t in self.given if t.key in keys]
        body = [*self._checks([*given, *seeds]), *self._unpacked([*given, *seeds], used)]
        needed = used | {s.winner for s in self.plan.backward if isinstance(s, Branch)}
        if needed & set(self.kept):
            kept = [self.name(k) if k in needed else "_" for k in self.kept]
            body += _unpacking(kept, "values.kept")
        body += self._statements(self.plan.backward)
        body += self._made("values.dtype", "return Gradients", "")
        return self._function("backward", given, seeds, "Gradients", body)

    def _function(
        self, name: str, given: list[Tensor], seeds: list[Tensor], result: str, body: list[str]
    ) -> dict[str, Any]:
        parameters = [f"{self.names.tensors[t.key]}: Array" for t in given]
        parameters += ["values: Forward"] if name == "backward" else []
        parameters += [f"{self.names.tensors[t.key]}: Array" for t in seeds]
        arguments = [f"{self.names.tensors[t.key]}: {t.role}, {_shape(t)}." for t in given]
        arguments += ["values: what `forward` returned."] if name == "backward" else []
        arguments += [f"{self.names.tensors[t.key]}: {t.role}, {_shape(t)}." for t in seeds]
        signature = call_lines(f"def {name}", parameters, f" -> {result}:", 0)
        titles = {
            "step": "Compute the cost and all gradients at one go.",
            "forward": "Compute every value of the network.",
            "backward": "Compute the gradients, from the last equation to the first.",
        }
        return {
            "signature": "\n".join(signature),
            "title": titles[name],
            "arguments": arguments,
            "body": body,
        }

    def _checks(self, given: list[Tensor]) -> list[str]:
        """An error where an array has another shape."""
        tests = [f"{self.names.tensors[t.key]}.shape != {_shape(t)}" for t in given]
        joined = f"{TAB}if {' or '.join(tests)}:"
        if len(joined) > 100:
            lines = [f"{TAB}if (", f"{TAB * 2}{tests[0]}"]
            lines += [f"{TAB * 2}or {t}" for t in tests[1:]] + [f"{TAB}):"]
        else:
            lines = [joined]
        return [*lines, f'{TAB * 2}raise ValueError("an array has another shape than told above")']

    def _unpacked(self, given: list[Tensor], used: set[Entry | Winner]) -> list[str]:
        """The entries of the arrays as numbers."""
        lines: list[str] = []
        for t in given:
            items = [self.name(e) if e in used else "_" for e in _entries(t)]
            if any(i != "_" for i in items):
                ravel = "" if len(t.shape) == 1 else ".ravel()"
                lines += _unpacking(items, f"{self.names.tensors[t.key]}{ravel}.tolist()")
        return lines

    def _statements(self, statements: tuple[ScalarStatement, ...]) -> list[str]:
        printer, lines, before = ScalarPrinter(self.name, 1), [], ""
        for s in statements:
            number = self._number(s)
            if number and number != before:
                lines.append(f"{TAB}# {number}")
            before = number
            lines += printer.lines(s)
        return lines

    def _number(self, s: ScalarStatement) -> str:
        if isinstance(s, Branch):
            keys = dict.fromkeys(t.key for _, pairs in s.cases for t, _ in pairs)
            return ", ".join(f"({self.numbers[k]})" for k in keys if k in self.numbers)
        key = s.target.key if s.target else ""
        return f"({self.numbers[key]})" if key in self.numbers else ""

    def _typed(self) -> str:
        """The array whose type is that of the results."""
        first = next((t for t in self.given if t.role == "parameter"), self.given[0])
        return self.names.tensors[first.key]

    def _made(self, dtype: str, head: str, tail: str) -> list[str]:
        """All gradients as one array, and the tuple of its parts in the statement that ends."""
        printer, numbers, parts = ScalarPrinter(self.name, 1), list[str](), list[str]()
        for tensor in self.backward.results:
            start = len(numbers)
            values = [self.plan.planner.read(e) for e in _entries(tensor)]
            numbers += ["".join(printer.addends(v)) for v in values]
            reshape = "" if len(tensor.shape) == 1 else f".reshape({_shape(tensor)})"
            parts.append(f"made[{start}:{len(numbers)}]{reshape}")
        lines = call_lines("numbers = ", [*numbers, ""] if len(numbers) == 1 else numbers, "", 1)
        lines.append(f"{TAB}made: Array = np.array(numbers, dtype={dtype})")
        return [*lines, *call_lines(head, parts, tail, 1)]

    def _answered(self) -> set[Entry | Winner]:
        """The entries that the gradients are made of."""
        entries = [e for tensor in self.backward.results for e in _entries(tensor)]
        return {p for e in entries for p in entries_of(self.plan.planner.read(e))}

    def _step(self) -> dict[str, Any]:
        """Both functions in one: no number is kept or converted twice."""
        both = (*self.plan.forward, *self.plan.backward)
        used = _reads(both) | self._answered()
        body = [*self._checks(self.given), *self._unpacked(self.given, used)]
        body += [f"{TAB}dtype = {self._typed()}.dtype", *self._statements(both)]
        body += self._made("dtype", "gradients = Gradients", "")
        cost = self.plan.planner.plain(Entry(self.backward.cost.key, (0,)))
        body.append(f"{TAB}return Step(dtype.type({self.name(cost)}), gradients)")
        return self._function("step", self.given, [], "Step", body)


def _unpacking(names: list[str], source: str) -> list[str]:
    """`a, b, c = source`, on several lines where it is long."""
    flat = f"{TAB}{', '.join(names)}{',' if len(names) == 1 else ''} = {source}"
    if len(flat) <= 100:
        return [flat if len(names) > 1 else f"{TAB}({names[0]},) = {source}"]
    return [f"{TAB}(", *(f"{TAB * 2}{n}," for n in names), f"{TAB}) = {source}"]


def _entries(tensor: Tensor) -> list[Entry]:
    return [Entry(tensor.key, p) for p in product(*(range(int(n)) for n in tensor.shape))]


def _shape(tensor: Tensor) -> str:
    inner = ", ".join(str(n) for n in tensor.shape)
    return f"({inner},)" if len(tensor.shape) == 1 else f"({inner})"


def _rank(role: str) -> int:
    return GIVEN.index(role)


def _written(statements: tuple[ScalarStatement, ...]) -> list[Entry | Winner]:
    """Entries in the order of writing, then winners."""
    entries = [s.target for s in statements if not isinstance(s, Branch) and s.target]
    return [*entries, *(s.winner for s in statements if isinstance(s, Select))]


def _read(s: ScalarStatement) -> list[Entry]:
    if isinstance(s, Assign):
        return entries_of(s.value)
    if isinstance(s, Select):
        return list(s.among)
    return [e for _, pairs in s.cases for _, p in pairs for e in entries_of((p,))]


def _reads(statements: tuple[ScalarStatement, ...]) -> set[Entry | Winner]:
    return {e for s in statements for e in _read(s)}
