"""The module of a tiny network: straight-line scalar code, no array inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symconv.codegen.python.finish import finished
from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.long_lines import shape_literal, wrap_tuple
from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .program_of import Unrolled
from .scalar_functions import ScalarFunctions
from .scalar_names import ScalarNames, entries_in


class UnrolledModule:
    """Puts the text of an unrolled module together."""

    def __init__(
        self, forward: Program, backward: Backward, plan: Unrolled, numbers: Mapping[str, str]
    ) -> None:
        self.backward, self.plan, self.numbers = backward, plan, numbers
        self.names = ScalarNames(forward, backward, plan)
        self.functions = ScalarFunctions(backward, self.names, numbers)

    def text(self, docstring: str) -> str:
        """The module."""
        functions = [self.functions.forward_pass(), self.functions.backward_pass()]
        functions += [] if self.backward.seed else [self.functions.step()]
        body = "\n".join(line for f in functions for line in f["body"])
        return finished(
            "unrolled.py.j2",
            docstring=docstring,
            uses_tanh="tanh(" in body,
            values=[self._value(t) for t in self.names.values()],
            gradients=[self.names.array(t) for t in self.backward.results],
            functions=functions,
            cost=None if self.backward.seed else self.names.array(self.backward.cost),
        )

    def _value(self, tensor: Tensor) -> dict[str, Any]:
        """How an array is made of the numbers that were kept."""
        places = {e: k for k, e in enumerate(self.names.kept)}
        found = [places[self.plan.planner.plain(e)] for e in entries_in(tensor)]
        number = self.numbers.get(tensor.key)
        told = {
            "name": self.names.array(tensor),
            "annotation": "Number" if tensor.role == "cost" else "Array",
            "number": f" of equation ({number})" if number else "",
        }
        if tensor.role == "cost":
            lines = [f"{TAB * 2}number: Number = self.dtype.type(self.kept[{found[0]}])"]
            lines.append(f"{TAB * 2}return number")
        else:
            lines = [*self._taken(found), f"{TAB * 2}return array.reshape({shape_literal(tensor)})"]
        return {**told, "lines": lines}

    def _taken(self, found: list[int]) -> list[str]:
        if found == list(range(found[0], found[0] + len(found))):
            return [_made(f"self.kept[{found[0]}:{found[-1] + 1}]")]
        items = [f"self.kept[{k}]" for k in found]
        flat = _made(f"[{', '.join(items)}]")
        if len(flat) <= WIDTH:
            return [flat]
        return [*wrap_tuple("numbers", items, 2, "[]"), _made("numbers")]


def _made(numbers: str) -> str:
    """The statement that makes an array of numbers."""
    return f"{TAB * 2}array: Array = np.array({numbers}, dtype=self.dtype)"
