"""The words of a module: docstrings, annotations, signatures."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import wrap_call
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.tensor import Tensor

from .docstrings import DocstringWriter
from .function import Function


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

    def __init__(self, names: Identifiers, docstrings: DocstringWriter) -> None:
        self.names = names
        self.size = SizePrinter(names.sizes)
        self.docstrings = docstrings

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
            parameters += ["*", *(f"{self.size(s)}: int" for s in made.parameters)]
        signature = wrap_call(f"def {name}", parameters, f" -> {result}:", 0)
        names = [self.names.tensors[t.key] for t in fields]
        return FunctionText(
            name=name,
            signature="\n".join(signature),
            docstring=self.docstrings.function(name, made, arrays, seeds, result),
            body=made.body,
            result=result,
            result_docstring=self.docstrings.result(result, fields),
            fields=tuple(Field(n, self._annotation(t)) for n, t in zip(names, fields, strict=True)),
            returns="\n".join(wrap_call(f"return {result}", names, "", 1)),
        )

    def exempt(self, first: Function, second: Function, fields: tuple[Tensor, ...]) -> list[str]:
        """The linter's rules that a formula's names, many arrays and many equations run against."""
        many = [len(f.arrays) + f.values for f in (first, second)]
        told = [len(f.parameters) for f in (first, second)]
        names = [self.names.tensors[t.key] for t in fields]
        found = {
            "N815": any(n[0].islower() and n != n.lower() and "_" not in n for n in names),
            "PLR0913": max(a + b for a, b in zip(many, told, strict=True)) > 5,
            "PLR0915": max(_statements(f) for f in (first, second)) > 50,
            "PLR0917": max(many) > 5,
        }
        return [rule for rule, broken in found.items() if broken]

    def _annotation(self, tensor: Tensor) -> str:
        """The type of a tensor's array."""
        if tensor.key in self.docstrings.labels:
            return "Labels"
        return {"cost": "Number", "mask": "Mask"}.get(tensor.role, "Array")

    def _parameter(self, tensor: Tensor) -> str:
        return f"{self.names.tensors[tensor.key]}: {self._annotation(tensor)}"


def _statements(made: Function) -> int:
    """How many statements the linter counts in a function."""
    tree = ast.parse(textwrap.dedent("\n".join(made.body)))
    return 1 + sum(isinstance(n, ast.stmt) and not isinstance(n, ast.For) for n in ast.walk(tree))
