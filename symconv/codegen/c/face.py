"""The face of the C file in Python: the functions of the other styles, which call the library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.long_lines import unpacking_targets
from symconv.codegen.python.module import (
    Code,
    ConstantLines,
    Function,
    Helper,
    Module,
    Parameter,
    make_code,
)
from symconv.codegen.python.result_classes import step_class
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.function import FunctionBody
from symconv.codegen.readable.function_text import FunctionTextWriter
from symconv.codegen.readable.module import generate_readable, module_names
from symconv.core.equation import checkable_labels

from .model.sized_program import SizedTensor
from .passes import FileParts

HOW = (
    "Calls the C library beside this file; the comment in the C file says how to make it. Arrays "
    "are brought to its type of numbers; `bind` binds them once, for calls that take no time."
)
IMPORTS = (
    ("import ctypes", "from collections.abc import Callable", "from pathlib import Path",
     "from typing import Any, NamedTuple, TypeAlias"),
    ("import numpy as np", "from numpy.typing import NDArray"),
)  # fmt: skip
ALIASES = {
    "Array": "Array: TypeAlias = NDArray[np.floating[Any]]",
    "Labels": "Labels: TypeAlias = NDArray[np.integer[Any]]",
    "Number": "Number: TypeAlias = np.floating[Any]",
}


@dataclass(frozen=True)
class FaceWriter:
    """Writes the Python module of a C file.

    `library` is the name of the file that the compiler makes, `prefix` begins the names in it, and
    `fingerprint` is what it must answer for its arrays to be those of the face.
    """

    parts: FileParts
    library: str
    prefix: str
    fingerprint: int

    def module(self) -> Module:
        """The module: `forward`, `backward`, `step` and `bind`."""
        spec, program = self.parts.program.spec, self.parts.program
        names = module_names(spec.forward, spec.backward.program)
        listed = spec.backward.program.equations
        docstrings = DocstringWriter(names, spec.numbers, {}, listed, ())
        words = FunctionTextWriter(names, docstrings)
        twin = generate_readable(spec)
        wanted = {f.name: {p.name for p in f.parameters} for f in twin.functions}
        forward, backward = self.parts.equations
        read = [{k for e in part for k in e.arguments} for part in (forward, backward)]
        first = self._given(read[0], wanted["forward"])
        second = self._given(read[1], wanted["backward"])
        stored = [t for t in program.values if t.key in read[1]]
        whole = [t for t in program.given if t in first or t in second]
        results = program.results
        functions = (
            words.function(
                "forward",
                "Forward",
                FunctionBody(
                    tuple(t.tensor for t in first),
                    values=False,
                    parameters=(),
                    body=(*self._given_lines(first, []), self._call("forward", program.values)),
                    calls=frozenset({"collect_arrays", "run_pass"}),
                    read=frozenset(t.key for t in first),
                ),
                tuple(t.tensor for t in program.values),
            ),
            words.function(
                "backward",
                "Gradients",
                FunctionBody(
                    tuple(t.tensor for t in second),
                    values=bool(stored) or "values" in wanted["backward"],
                    parameters=(),
                    body=(*self._given_lines(second, stored), self._call("backward", results)),
                    calls=frozenset({"collect_arrays", "run_pass"}),
                    read=frozenset(t.key for t in (*second, *stored)),
                ),
                tuple(t.tensor for t in results),
            ),
            self._step(whole),
            self._bind(whole),
        )
        classes = (
            words.result("Forward", tuple(t.tensor for t in program.values)),
            words.result("Gradients", tuple(t.tensor for t in results)),
            *([step_class(self._name(program.cost))] if program.cost else []),
        )
        annotations = {f.annotation for c in classes for f in c.fields}
        annotations |= {p.annotation for f in functions for p in f.parameters}
        return Module(
            docstrings.module(spec.title, (*spec.notes, HOW)),
            IMPORTS,
            tuple(line for name, line in ALIASES.items() if name in annotations | {"Array"}),
            (*classes, ConstantLines(self._tables()), *self._helpers(), *functions),
        )

    def _given(self, read: set[str], wanted: set[str]) -> list[SizedTensor]:
        """What a pass takes: what it reads, and what it takes in the readable style."""
        given = self.parts.program.given
        return [t for t in given if t.key in read or self._name(t) in wanted]

    def _name(self, tensor: SizedTensor) -> str:
        spec = self.parts.program.spec
        return module_names(spec.forward, spec.backward.program).tensors[tensor.key]

    def _tables(self) -> str:
        """What is known of the arrays: their order in the struct, and their shapes."""
        program = self.parts.program
        rows = [
            f'    "{self._name(t)}": {() if t.tensor.role == "cost" else t.shape},'
            for t in self.parts.fields
        ]
        labels = [f'"{self._name(t)}"' for t in program.given if t.kind == "label"]
        counts = checkable_labels(program.spec.forward.equations)
        classes = [
            f'    "{self._name(program.tensors[k])}": {tuple(map(int, n))},'
            for k, n in counts.items()
        ]
        return "\n".join(
            [
                "SHAPES: dict[str, tuple[int, ...]] = {",
                *rows,
                "}",
                '"""The arrays of the library in their order, and their shapes."""',
                "",
                *_set_lines("LABELS", labels),
                '"""The arrays of class numbers."""',
                "",
                *(
                    ["CLASSES: dict[str, tuple[int, ...]] = {", *classes, "}"]
                    if classes
                    else ["CLASSES: dict[str, tuple[int, ...]] = {}"]
                ),
                '"""How many classes there are, by array, then the labels that are ignored."""',
                "",
                f'PREFIX, FILE = "{self.prefix}", "{self.library}"',
                f"FINGERPRINT = {self.fingerprint}",
                '"""What the library answers if it was made for this file."""',
                "",
                "LIBRARY: list[Any] = []",
                '"""The library, once it is loaded."""',
            ]
        )

    def _helpers(self) -> Iterable[Helper]:
        return (load_helper("c", "face"),)

    def _given_lines(
        self, given: list[SizedTensor], stored: list[SizedTensor], indent: int = 1
    ) -> list[Code]:
        """`given = collect_arrays(x=x, ...)`: every array in the type of the library."""
        names = [self._name(t) for t in given]
        arguments = [f"{n}={n}" for n in names]
        arguments += [f"{self._name(t)}=values.{self._name(t)}" for t in stored]
        return [make_code(wrap_call("given = collect_arrays", arguments, "", indent))]

    def _call(self, name: str, results: tuple[SizedTensor, ...]) -> Code:
        """`z, C = run_pass("forward", given, ("z", "C"))`."""
        names = [self._name(t) for t in results]
        listed = ", ".join(f'"{n}"' for n in names) + ("," if len(names) == 1 else "")
        return make_code(
            [f'{TAB}{unpacking_targets(names)} = run_pass("{name}", given, ({listed}))']
        )

    def _parameters(self, given: list[SizedTensor]) -> tuple[Parameter, ...]:
        kinds = {"label": "Labels"}
        return tuple(Parameter(self._name(t), kinds.get(t.kind, "Array")) for t in given)

    def _answered(self) -> list[str]:
        """The names of what a step answers."""
        program = self.parts.program
        cost = [program.cost] if program.cost else []
        return [self._name(t) for t in (*cost, *program.results)]

    def _step(self, given: list[SizedTensor]) -> Function:
        """Both passes in one call."""
        names = ", ".join(f'"{n}"' for n in self._answered())
        body = [
            *self._given_lines(given, []),
            make_code([f'{TAB}answer = run_pass("step", given, ({names},))']),
            self._return("answer"),
        ]
        return Function(
            "step",
            self._parameters(given),
            function_docstring("Compute the cost and the gradients in one call.", {})
            if self.parts.program.cost
            else function_docstring("Compute the gradients in one call.", {}),
            tuple(body),
            self._result,
            frozenset(self._name(t) for t in given),
            frozenset({"collect_arrays", "run_pass", self._result, "Gradients"}),
        )

    @property
    def _result(self) -> str:
        return "Step" if self.parts.program.cost else "Gradients"

    def _return(self, name: str) -> Code:
        if self.parts.program.cost:
            return make_code([f"{TAB}return Step({name}[0], Gradients(*{name}[1:]))"], "return")
        return make_code([f"{TAB}return Gradients(*{name})"], "return")

    def _bind(self, given: list[SizedTensor]) -> Function:
        """A step whose arrays are bound."""
        names = ", ".join(f'"{n}"' for n in self._answered())
        body = [
            *self._given_lines(given, []),
            make_code([f"{TAB}answer = make_arrays(({names},))"]),
            make_code([f'{TAB}run = bind_pass("step", given, answer)']),
            make_code([f"{TAB}found = tuple(answer.values())"]),
        ]
        result = f"tuple[Callable[[], None], {self._result}]"
        inner = (
            "Step(found[0], Gradients(*found[1:]))"
            if self.parts.program.cost
            else ("Gradients(*found)")
        )
        # The cost is an array of no axes here, which every call fills anew.
        ignore = "  # type: ignore[arg-type]" if self.parts.program.cost else ""
        body.append(make_code([f"{TAB}return run, {inner}{ignore}"], "return"))
        details = (
            "Every call of the function computes the step from what the arrays hold then, where",
            "they have the type and the order of the library, and writes to the same arrays.",
        )
        return Function(
            "bind",
            self._parameters(given),
            function_docstring(
                "Give a function without arguments, and what it fills.", {}, details
            ),
            tuple(body),
            result,
            frozenset(self._name(t) for t in given),
            frozenset({"collect_arrays", "make_arrays", "bind_pass", self._result, "Gradients"}),
        )


def _set_lines(name: str, entries: list[str]) -> list[str]:
    if not entries:
        return [f"{name}: frozenset[str] = frozenset()"]
    return [f"{name} = frozenset({{{', '.join(entries)}}})"]
