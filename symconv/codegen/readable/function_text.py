"""The functions and the results of a module, in the words of its tensors."""

from __future__ import annotations

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import wrap_call
from symconv.codegen.python.module import Class, Function, Parameter, TupleField, make_code
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.tensor import Tensor

from .docstrings import DocstringWriter
from .function import FunctionBody


class FunctionTextWriter:
    """Puts the tensors of one module into words."""

    def __init__(self, names: Identifiers, docstrings: DocstringWriter) -> None:
        self.names = names
        self.size = SizePrinter(names.sizes)
        self.docstrings = docstrings

    def function(
        self, name: str, result: str, made: FunctionBody, fields: tuple[Tensor, ...]
    ) -> Function:
        """One function, which returns a tuple of the fields."""
        stored = [Parameter("values", "Forward")] if made.values else []
        arrays = [t for t in made.arrays if t.role not in {"delta", "gradient"}]
        seeds = [t for t in made.arrays if t.role in {"delta", "gradient"}]
        parameters = [*map(self._parameter, arrays), *stored, *map(self._parameter, seeds)]
        parameters += [Parameter(self.size(s), "int", keyword_only=True) for s in made.parameters]
        names = [self.names.tensors[t.key] for t in fields]
        returns = make_code(wrap_call(f"return {result}", names, "", 1), "return")
        return Function(
            name=name,
            parameters=tuple(parameters),
            docstring=self.docstrings.function(name, made, arrays, seeds, result),
            body=(*made.body, returns),
            result=result,
            reads=self._reads(made),
            calls=made.calls | {result},
        )

    def result(self, name: str, fields: tuple[Tensor, ...]) -> Class:
        """The tuple that a function returns."""
        entries = (TupleField(self.names.tensors[t.key], self._annotation(t)) for t in fields)
        return Class(name, self.docstrings.result(name, fields), tuple(entries))

    def _reads(self, made: FunctionBody) -> frozenset[str]:
        """The parameters that a function reads."""
        arrays = {t.key: self.names.tensors[t.key] for t in made.arrays}
        found = {name for key, name in arrays.items() if key in made.read}
        found |= {self.size(s) for s in made.parameters if s in made.read}
        keys = {k for k in made.read if isinstance(k, str)}
        return frozenset(found | ({"values"} if keys - set(arrays) else set()))

    def _annotation(self, tensor: Tensor) -> str:
        """The type of a tensor's array."""
        if tensor.key in self.docstrings.labels:
            return "Labels"
        return {"cost": "Number", "mask": "Mask"}.get(tensor.role, "Array")

    def _parameter(self, tensor: Tensor) -> Parameter:
        return Parameter(self.names.tensors[tensor.key], self._annotation(tensor))
