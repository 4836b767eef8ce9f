"""The words of a module: docstrings, annotations, signatures."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .numpy_function import Function
from .numpy_layout import TAB, WIDTH, call_lines
from .numpy_names import Names
from .numpy_sizes import SizePrinter

TITLES = {
    "forward": "Compute every value of the network.",
    "backward": "Compute the gradients, from the last equation of the network to the first.",
}
RESULTS = {
    "Forward": "Every value of the forward pass.",
    "Gradients": "The gradients of the backward pass.",
}


@dataclass(frozen=True)
class Field:
    """One entry of a result."""

    name: str
    annotation: str


@dataclass(frozen=True)
class FunctionText:
    """Everything the template needs to lay out a function and its result."""

    name: str
    signature: str
    docstring: str
    body: tuple[str, ...]
    result: str
    result_docstring: str
    fields: tuple[Field, ...]
    returns: str

    @property
    def annotations(self) -> list[str]:
        return [field.annotation for field in self.fields]


class Words:
    """Puts the tensors of one module into words."""

    def __init__(
        self,
        names: Names,
        numbers: Mapping[str, str],
        formulas: Mapping[str, str],
        equations: tuple[Equation, ...],
    ) -> None:
        self.names = names
        self.numbers = numbers
        self.formulas = formulas
        self.equations = equations
        self.size = SizePrinter(names.sizes)

    def docstring(self, title: str, notes: tuple[str, ...]) -> str:
        """The module's own docstring: title, notes, equations."""
        head = _sentence(title)
        parts = [head, *(textwrap.fill(_plain(note), WIDTH) for note in notes)]
        listed = [e.key for e in self.equations if e.key in self.formulas]
        if listed:
            lines = "\n".join(self._formula(key) for key in listed)
            parts.append(f"Equations:\n{lines}")
        end = "\n" if len(parts) > 1 else ""
        return '"""' + "\n\n".join(parts) + end + '"""'

    def _formula(self, key: str) -> str:
        number = f"({self.numbers[key]}) " if key in self.numbers else ""
        line = f"{number}{_plain(self.formulas[key])}"
        return textwrap.fill(line, WIDTH, initial_indent=TAB, subsequent_indent=TAB * 2)

    def function(
        self, name: str, result: str, made: Function, fields: tuple[Tensor, ...]
    ) -> FunctionText:
        """One function and the tuple that it returns."""
        stored = ["values: Forward"] if made.values else []
        arrays = [t for t in made.arrays if t.role not in {"delta", "gradient"}]
        seeds = [t for t in made.arrays if t.role in {"delta", "gradient"}]
        parameters = [self._parameter(t) for t in arrays] + stored
        parameters += [self._parameter(t) for t in seeds]
        if made.parameters:
            parameters += ["*", *(f"{s}: int" for s in made.parameters)]
        signature = call_lines(f"def {name}", parameters, f" -> {result}:", 0)
        names = [self.names.tensors[t.key] for t in fields]
        return FunctionText(
            name=name,
            signature="\n".join(signature),
            docstring=self._function_docstring(name, made, arrays, seeds, result),
            body=made.body,
            result=result,
            result_docstring=self._result_docstring(result, fields),
            fields=tuple(Field(n, annotation(t)) for n, t in zip(names, fields, strict=True)),
            returns="\n".join(call_lines(f"return {result}", names, "", 1)),
        )

    def exempt(self, first: Function, second: Function, fields: tuple[Tensor, ...]) -> list[str]:
        """The linter's rules that a formula's names, many arrays and many equations run against."""
        many = [len(f.arrays) + f.values for f in (first, second)]
        told = [len(f.parameters) for f in (first, second)]
        names = [self.names.tensors[t.key] for t in fields]
        found = {
            "N815": any(n[0].islower() and n != n.lower() and "_" not in n for n in names),
            "PLR0913": max(a + b for a, b in zip(many, told, strict=True)) > 5,
            "PLR0915": max(len(f.body) for f in (first, second)) > 50,
            "PLR0917": max(many) > 5,
        }
        return [rule for rule, broken in found.items() if broken]

    def _parameter(self, tensor: Tensor) -> str:
        return f"{self.names.tensors[tensor.key]}: {annotation(tensor)}"

    def _function_docstring(
        self, name: str, made: Function, arrays: list[Tensor], seeds: list[Tensor], result: str
    ) -> str:
        lines = [self._described(t) for t in arrays]
        lines += ["values: what `forward` returned."] if made.values else []
        lines += [self._described(t) for t in seeds]
        lines += [f"{s}: a size that no array shows." for s in made.parameters]
        given = "\n".join(_item(line, 2) for line in lines)
        arguments = f"\n\n    Args:\n{given}" if lines else ""
        ends = {"Forward": "Every value by its name.", "Gradients": "Every gradient by its name."}
        returns = f"\n\n    Returns:\n        {ends[result]}\n    "
        return f'    """{TITLES[name]}{arguments}{returns}"""'

    def _result_docstring(self, result: str, fields: tuple[Tensor, ...]) -> str:
        lines = "\n".join(_item(self._described(t), 2) for t in fields)
        return f'    """{RESULTS[result]}\n\n    Attributes:\n{lines}\n    """'

    def _described(self, tensor: Tensor) -> str:
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
        return tensor.role


def annotation(tensor: Tensor) -> str:
    """The type of a tensor's array."""
    return {"cost": "Number", "mask": "Mask"}.get(tensor.role, "Array")


def _item(line: str, indent: int) -> str:
    margin = TAB * indent
    return textwrap.fill(line, WIDTH, initial_indent=margin, subsequent_indent=margin + TAB)


def _sentence(title: str) -> str:
    """A title as the first line of a docstring."""
    line = _plain(title).strip() or "A network"
    return line[0].upper() + line[1:] + ("" if line[-1] in ".!?" else ".")


def _plain(text: str) -> str:
    """Text that cannot end a docstring."""
    clean = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text)
    return clean.replace("\\", "/").replace('"', "'")
