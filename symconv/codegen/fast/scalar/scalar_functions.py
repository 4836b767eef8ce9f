"""The functions of an unrolled module, statement by statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.long_lines import (
    shape_checks,
    shape_literal,
    wrap_tuple,
    wrap_unpacking,
)
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .dead_code import live
from .scalar_names import ScalarNames, entries_in
from .scalar_program import Branch, Entry, ScalarStatement, Winner, entries_of, read_by
from .scalars import ScalarPrinter

TITLES = {
    "step": "Compute the cost and all gradients at one go.",
    "forward": "Compute every value of the network.",
    "backward": "Compute the gradients, from the last equation to the first.",
}


class ScalarFunctions:
    """Writes `forward`, `backward` and `step`."""

    def __init__(self, backward: Backward, names: ScalarNames, numbers: Mapping[str, str]) -> None:
        self.backward, self.names, self.numbers = backward, names, numbers
        self.plan, self.name, self.given = names.plan, names.name, names.given

    def forward_pass(self) -> dict[str, Any]:
        """The parts of `forward`."""
        used = read_by(self.plan.forward) | set(self.names.passed_on())
        body = [*self._checks(self.given), *self._unpacked(self.given, used)]
        body += self._statements(self.plan.forward)
        kept = [self.name(item) for item in self.names.kept]
        body += wrap_tuple("kept", kept)
        body.append(f"{TAB}return Forward(kept, {self.names.typed()}.dtype)")
        return self._function("forward", self.given, [], "Forward", body)

    def backward_pass(self) -> dict[str, Any]:
        """The parts of `backward`."""
        seeds = [self.backward.seed] if self.backward.seed else []
        statements = live(self.plan.backward, self._answered())
        used = read_by(statements) | self._answered()
        keys = {e.key for e in used if isinstance(e, Entry)}
        given = [t for t in self.given if t.key in keys]
        body = [*self._checks([*given, *seeds]), *self._unpacked([*given, *seeds], used)]
        needed = used | {s.winner for s in statements if isinstance(s, Branch)}
        if needed & set(self.names.kept):
            kept = [self.name(k) if k in needed else "_" for k in self.names.kept]
            body += wrap_unpacking(kept, "values.kept")
        body += self._statements(statements)
        body += self._made("values.dtype", "return Gradients", "")
        return self._function("backward", given, seeds, "Gradients", body)

    def _function(
        self, name: str, given: list[Tensor], seeds: list[Tensor], result: str, body: list[str]
    ) -> dict[str, Any]:
        parameters = [f"{self.names.array(t)}: Array" for t in given]
        parameters += ["values: Forward"] if name == "backward" else []
        parameters += [f"{self.names.array(t)}: Array" for t in seeds]
        arguments = [f"{self.names.array(t)}: {t.role}, {shape_literal(t)}." for t in given]
        arguments += ["values: what `forward` returned."] if name == "backward" else []
        arguments += [f"{self.names.array(t)}: {t.role}, {shape_literal(t)}." for t in seeds]
        signature = wrap_call(f"def {name}", parameters, f" -> {result}:", 0)
        return {
            "signature": "\n".join(signature),
            "title": TITLES[name],
            "arguments": arguments,
            "body": body,
        }

    def _checks(self, given: list[Tensor]) -> list[str]:
        return shape_checks({self.names.array(t): t for t in given})

    def _unpacked(self, given: list[Tensor], used: set[Entry | Winner]) -> list[str]:
        """The entries of the arrays as numbers."""
        lines: list[str] = []
        for t in given:
            items = [self.name(e) if e in used else "_" for e in entries_in(t)]
            if any(i != "_" for i in items):
                ravel = "" if len(t.shape) == 1 else ".ravel()"
                lines += wrap_unpacking(items, f"{self.names.array(t)}{ravel}.tolist()")
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

    def _made(self, dtype: str, head: str, tail: str) -> list[str]:
        """All gradients as one array, and the tuple of its parts in the statement that ends."""
        printer, numbers, parts = ScalarPrinter(self.name, 1), list[str](), list[str]()
        for tensor in self.backward.results:
            start = len(numbers)
            values = [self.plan.planner.read(e) for e in entries_in(tensor)]
            numbers += ["".join(printer.addends(v)) for v in values]
            reshape = "" if len(tensor.shape) == 1 else f".reshape({shape_literal(tensor)})"
            parts.append(f"made[{start}:{len(numbers)}]{reshape}")
        made = f"{TAB}made: Array = np.array(numbers, dtype={dtype})"
        return [*wrap_tuple("numbers", numbers), made, *wrap_call(head, parts, tail, 1)]

    def _answered(self) -> set[Entry | Winner]:
        """The entries that the gradients are made of."""
        entries = [e for tensor in self.backward.results for e in entries_in(tensor)]
        return {p for e in entries for p in entries_of(self.plan.planner.read(e))}

    def step(self) -> dict[str, Any]:
        """Both functions in one: no number is kept or converted twice."""
        cost = self.plan.planner.plain(Entry(self.backward.cost.key, (0,)))
        both = live((*self.plan.forward, *self.plan.backward), self._answered() | {cost})
        used = read_by(both) | self._answered() | {cost}
        body = [*self._checks(self.given), *self._unpacked(self.given, used)]
        body += [f"{TAB}dtype = {self.names.typed()}.dtype", *self._statements(both)]
        body += self._made("dtype", "gradients = Gradients", "")
        body.append(f"{TAB}return Step(dtype.type({self.name(cost)}), gradients)")
        return self._function("step", self.given, [], "Step", body)
