"""The docstrings of a module, in the words of its tensors."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from sympy import Symbol

from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.equation import Equation, SizeDefinition, class_counts
from symconv.core.tensor import Tensor

from .function import FunctionBody

TITLES = {
    "forward": "Compute every value of the network.",
    "backward": "Compute the gradients, from the last equation of the network to the first.",
}
RESULTS = {
    "Forward": "Every value of the forward pass.",
    "Gradients": "The gradients of the backward pass.",
}


class DocstringWriter:
    """Writes the docstrings of one module."""

    def __init__(
        self,
        names: Identifiers,
        numbers: Mapping[str, str],
        formulas: Mapping[str, str],
        equations: tuple[Equation, ...],
        definitions: tuple[SizeDefinition, ...],
    ) -> None:
        self.names = names
        self.numbers = numbers
        self.formulas = formulas
        self.equations = equations
        self.definitions = definitions
        self.labels = frozenset(class_counts(equations))
        self.size = SizePrinter(names.sizes)

    def module(self, title: str, notes: tuple[str, ...]) -> str:
        """The module's own docstring: title, notes, equations."""
        head = _sentence(title)
        parts = [head, *(textwrap.fill(_escape_docstring(note), WIDTH) for note in notes)]
        listed = [e.key for e in self.equations if e.key in self.formulas]
        if listed:
            lines = "\n".join(self._formula(key) for key in listed)
            parts.append(f"Equations:\n{lines}")
        end = "\n" if len(parts) > 1 else ""
        return '"""' + "\n\n".join(parts) + end + '"""'

    def _formula(self, key: str) -> str:
        number = f"({self.numbers[key]}) " if key in self.numbers else ""
        line = f"{number}{_escape_docstring(self.formulas[key])}"
        return textwrap.fill(line, WIDTH, initial_indent=TAB, subsequent_indent=TAB * 2)

    def function(
        self, name: str, made: FunctionBody, arrays: list[Tensor], seeds: list[Tensor], result: str
    ) -> str:
        """The docstring of a function: what it does, its arguments, its result."""
        lines = [self.describe(t) for t in arrays]
        lines += ["values: what `forward` returned."] if made.values else []
        lines += [self.describe(t) for t in seeds]
        lines += [f"{self.size(s)}: {self._told(s)}." for s in made.parameters]
        ends = {"Forward": "Every value by its name.", "Gradients": "Every gradient by its name."}
        arguments = [part for line in lines for part in _list_item(line)]
        return function_docstring(TITLES[name], {"Args": arguments, "Returns": [ends[result]]})

    def result(self, result: str, fields: tuple[Tensor, ...]) -> str:
        """The docstring of a result: what each of its fields is."""
        lines = [part for t in fields for part in _list_item(self.describe(t))]
        return function_docstring(RESULTS[result], {"Attributes": lines})

    def _told(self, symbol: Symbol) -> str:
        """What a size that no array shows is, judged by where it stands in the sizes of outputs."""
        for d in self.definitions:
            if symbol == d.stride:
                return "the stride"
            if symbol in d.numerator.free_symbols and not symbol.is_positive:
                return "the padding"
            if symbol in d.numerator.free_symbols:
                reach = -d.numerator.coeff(symbol, 1)  # k - 1 for d, and d for k, in d (k - 1)
                return "the dilation" if reach.is_Add else "the width of the window"
        return "a size that no array shows"

    def describe(self, tensor: Tensor) -> str:
        """One line on a tensor, such as `w1: parameter, shape (2, 2)`."""
        name = self.names.tensors[tensor.key]
        number = f", equation ({self.numbers[tensor.key]})" if tensor.key in self.numbers else ""
        if tensor.role == "cost":
            return f"{name}: the cost, a number{number}."
        shape = ", ".join(map(self.size, tensor.shape)) + ("," if len(tensor.shape) == 1 else "")
        return f"{name}: {self._meaning(tensor)}, shape ({shape}){number}."

    def _meaning(self, tensor: Tensor) -> str:
        plain = self.names.tensors.get(tensor.name.plain.key)
        if tensor.role in {"delta", "gradient"} and plain:
            return f"derivative of the cost with respect to {plain}"
        numbers = ", row numbers" if tensor.purpose == "input" else ", class numbers"
        return tensor.meaning + numbers * (tensor.key in self.labels)


def _list_item(line: str) -> list[str]:
    """The lines of an item of a section, whose margin has two steps."""
    return textwrap.wrap(line, WIDTH - 2 * len(TAB), subsequent_indent=TAB)


def _sentence(title: str) -> str:
    """A title as the first line of a docstring."""
    line = textwrap.shorten(_escape_docstring(title), WIDTH - 8, placeholder=" ...") or "A network"
    return line[0].upper() + line[1:] + ("" if line[-1] in ".!?" else ".")


def _escape_docstring(text: str) -> str:
    """Text that cannot end a docstring: a title is what a user typed."""
    clean = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text)
    return clean.replace("\\", "/").replace('"', "'")
