"""What one trains with: the table of parameters, their first values, gradients by name, files.

It stands at the end of a module of any style, over its positional functions, wherever the network
has parameters and a cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.imports import ImportGroups, merge_imports
from symconv.codegen.python.layout import WIDTH, wrap_call
from symconv.codegen.python.module import (
    Code,
    Definition,
    Function,
    Helper,
    Module,
    Parameter,
    make_code,
)
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.parameter_roles import find_parameter_role
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.tensor import Tensor

from .module import module_names
from .prediction import BY_NAME, UNPACK, WrittenPrediction, list_parameters, write_unpacking

IMPORTS: ImportGroups = (("from pathlib import Path",), ("import numpy as np",))
ALIAS = "Parameters: TypeAlias = dict[str, Array]"
RESULT = "tuple[Number, Parameters]"


def has_training(spec: ModuleSpec) -> bool:
    """Whether a network has what one trains: parameters, and a cost."""
    return spec.backward.seed is None and bool(list_parameters(spec))


def add_training(module: Module, spec: ModuleSpec, predict: WrittenPrediction | None) -> Module:
    """The module with what one trains with; as it is where nothing is trained."""
    if not has_training(spec):
        return module
    writer = TrainingWriter(module, spec)
    known = {name for h in module.helpers for name in h.defines}
    wanted, helpers = [IMPORTS], list[Helper]()
    functions = [writer.cost_and_gradients()]
    if predict is not None and module.function("predict") is None:
        wanted.append(predict.imports)
        helpers += [h for h in predict.helpers if known.isdisjoint(h.defines)]
        functions.insert(0, predict.function)
    return replace(
        module,
        imports=merge_imports(module.imports, *wanted),
        aliases=(*module.aliases, ALIAS),
        definitions=(*module.definitions, *helpers, *writer.definitions(), *functions),
    )


def add_parameters(module: Module, spec: ModuleSpec) -> Module:
    """The module with its parameters alone: the table, their first values, files of them."""
    return replace(
        module,
        imports=merge_imports(module.imports, IMPORTS),
        aliases=(*module.aliases, ALIAS),
        definitions=(*module.definitions, *TrainingWriter(module, spec).definitions()),
    )


class TrainingWriter:
    """Writes what one trains with, in the names of a module."""

    def __init__(self, module: Module, spec: ModuleSpec) -> None:
        self.module, self.spec = module, spec
        self.names: Identifiers = module_names(spec.forward, spec.backward.program)
        self.size = SizePrinter(self.names.sizes)
        self.trained = list_parameters(spec)

    def definitions(self) -> Iterable[Definition]:
        """The table, and the functions that are the same in every module."""
        open_sizes = any(not n.is_Integer for t in self.trained for n in t.shape)
        yield load_helper(
            "numpy",
            "parameters",
            kinds="int | str" if open_sizes else "int",
            drawn=not open_sizes,
            table=self._table(drawn=not open_sizes),
        )

    def _table(self, *, drawn: bool) -> str:
        """`PARAMETERS`; an open size stands in a shape by its name, and nothing is drawn then."""
        rows = [line for t in self.trained for line in self._row(t, drawn=drawn)]
        words = "Every parameter, in the order of the calls."
        if not drawn:
            words += " Open sizes have names; first values need numbers."
        # As the formatter has it: one that fits stands on one line.
        flat = f"PARAMETERS = ({rows[0].strip()})"
        table = [flat] if len(rows) == 1 and len(flat) <= WIDTH else ["PARAMETERS = (", *rows, ")"]
        return "\n".join([*table, f'"""{words}"""'])

    def _row(self, tensor: Tensor, *, drawn: bool) -> list[str]:
        role = find_parameter_role(self.spec.forward, tensor)
        axes = [str(n) if n.is_Integer else f'"{self.size(n)}"' for n in tensor.shape]
        shape = f"({', '.join(axes)}{',' * (len(axes) == 1)})"
        fan = [str(role.fan)] if drawn and role.kind == "weight" else []
        given = [f'"{self.names.tensors[tensor.key]}"', shape, f'"{role.kind}"', *fan]
        return wrap_call("Parameter", given, ",", 1)

    def cost_and_gradients(self) -> Function:
        """The cost and a dictionary of gradients, by `step` or by both passes."""
        names, step = self.names, self.module.function("step")
        forward, backward = self.module.function("forward"), self.module.function("backward")
        if forward is None or backward is None:
            raise ValueError("a module has both passes")
        passes = [step] if step else [forward, backward]
        unpacked = [names.tensors[t.key] for t in self.trained]
        options = {p.name: p for f in passes for p in f.parameters if p.keyword_only or p.default}
        given = {p.name: p for f in passes for p in f.parameters if p.name not in options}
        arrays = [p for n, p in given.items() if n not in {*unpacked, "values"}]
        keywords = [replace(p, keyword_only=True) for p in options.values()]
        # Parameters without a default come first, whatever the pass says.
        keywords.sort(key=lambda p: bool(p.default))
        body = [write_unpacking(unpacked)]
        if step:
            body += [_call(f"{self._cost}, found", step), self._answer(self._cost)]
        else:
            body += [_call("values", forward), _call("found", backward)]
            body.append(self._answer(f"values.{self._cost}"))
        return Function(
            name="cost_and_gradients",
            parameters=(*arrays, BY_NAME, *keywords),
            docstring=self._docstring([*arrays, BY_NAME, *keywords], passes),
            body=tuple(body),
            result=RESULT,
            reads=frozenset(p.name for p in (*arrays, BY_NAME, *keywords)),
            calls=frozenset({UNPACK, *(f.name for f in passes)}),
        )

    @property
    def _cost(self) -> str:
        return self.names.tensors[self.spec.backward.cost.key]

    def _answer(self, cost: str) -> Code:
        """The cost, and the gradients by the names of their parameters."""
        tensors, backward = self.names.tensors, self.spec.backward
        pairs = zip(backward.wrt, backward.results, strict=True)
        entries = [
            f'"{tensors[t.key]}": found.{tensors[g.key]}' for t, g in pairs if t.role == "parameter"
        ]
        return make_code(wrap_call(f"return {cost}, ", entries, "", 1, "{}"), "return")

    def _docstring(self, parameters: list[Parameter], passes: list[Function]) -> str:
        called = " and ".join(f"`{f.name}`" for f in passes)
        arguments = [
            f"{p.name}: arrays by the names of PARAMETERS."
            if p == BY_NAME
            else f"{p.name}: as for {called}."
            for p in parameters
        ]
        returns = ["The cost, and the gradients by the names of the parameters."]
        return function_docstring(
            "Compute the cost and its gradients.", {"Args": arguments, "Returns": returns}
        )


def _call(target: str, function: Function) -> Code:
    """`target = function(a, b, option=option)`."""
    arguments = [
        f"{p.name}={p.name}" if p.keyword_only or p.default else p.name for p in function.parameters
    ]
    return make_code(wrap_call(f"{target} = {function.name}", arguments, "", 1))
