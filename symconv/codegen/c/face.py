"""The face of the C file in Python: the functions of the other styles, which call the library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers
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
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction
from symconv.codegen.python.result_classes import step_class
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.function import FunctionBody
from symconv.codegen.readable.function_text import FunctionTextWriter
from symconv.codegen.readable.module import generate_readable, module_names
from symconv.codegen.readable.prediction import predict_function, prediction_context
from symconv.codegen.readable.training import add_training
from symconv.core.equation import checkable_labels
from symconv.core.tensor import Tensor

from .chunks import ChunkedParts
from .model.sized_program import SizedTensor
from .passes import FileParts
from .step_cost import HANDOVER

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
    "list[Workspace] | None": "Workspace: TypeAlias = dict[str, Any]",
}


THREADS = Parameter("threads", "int", "1", keyword_only=True)
PARTS = (
    "threads: the most parts. There are fewer where fewer are faster (CYCLES, HANDOVER); the",
    "    first is computed in the calling thread.",
)
SPACES = (
    *PARTS,
    "workspaces: dictionaries, empty at first, one a thread, that keep room for the next",
    "    call. What two calls share they must not use at the same time.",
)
NO_THREAD = "ValueError: there is no thread, or an array has another shape."
NO_ROOM = "ValueError: there is no thread, or there are too few workspaces."
ORDER = (
    "The parts are added in their order, so that the result does not depend on who is done first.",
)


BINDING = (
    *("collect_arrays", "make_arrays", "make_apart", "bind_pass", "bind_step", "count_samples"),
)
"""The helpers that bind arrays."""


@dataclass(frozen=True)
class FaceWriter:
    """Writes the Python module of a C file.

    `spec` is the network, with its batch open where it is, `library` the name of the file that the
    compiler makes, `prefix` begins the names in it, and `fingerprint` is what it must answer for
    its arrays to be those of the face.
    """

    parts: FileParts | ChunkedParts
    spec: ModuleSpec
    library: str
    prefix: str
    fingerprint: int

    def module(self) -> Module:
        """The module: `forward`, `backward`, `step` and `bind`, and what one trains with."""
        spec, program = self.spec, self.parts.program
        names = module_names(spec.forward, spec.backward.program)
        listed = spec.backward.program.equations
        docstrings = DocstringWriter(names, spec.numbers, {}, listed, ())
        words = FunctionTextWriter(names, docstrings)
        twin = generate_readable(spec)
        wanted = {f.name: {p.name for p in f.parameters} for f in twin.functions}
        # Forward and backward passes of chunks take turns.
        read = [
            {k for part in self.parts.equations[n::2] for e in part for k in e.arguments}
            for n in (0, 1)
        ]
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
                    self._open(first),
                    values=False,
                    parameters=(),
                    body=(*self._given_lines(first, []), self._call("forward", program.values)),
                    calls=frozenset({"collect_arrays", "run_pass"}),
                    read=frozenset(t.key for t in first),
                ),
                self._open(program.values),
            ),
            words.function(
                "backward",
                "Gradients",
                FunctionBody(
                    self._open(second),
                    values=bool(stored) or "values" in wanted["backward"],
                    parameters=(),
                    body=(*self._given_lines(second, stored), self._call("backward", results)),
                    calls=frozenset({"collect_arrays", "run_pass"}),
                    read=frozenset(t.key for t in (*second, *stored)),
                ),
                self._open(results),
            ),
            self._step(whole),
            self._bind(whole),
            *self._predict(),
        )
        classes = (
            words.result("Forward", self._open(program.values)),
            words.result("Gradients", self._open(results)),
            *([step_class(self._name(program.cost))] if program.cost else []),
        )
        annotations = {f.annotation for c in classes for f in c.fields}
        annotations |= {p.annotation for f in functions for p in f.parameters}
        module = Module(
            docstrings.module(spec.title, (*spec.notes, HOW)),
            IMPORTS,
            tuple(line for name, line in ALIASES.items() if name in annotations | {"Array"}),
            (*classes, ConstantLines(self._tables()), *self._helpers(), *functions),
        )
        return add_training(module, spec, None)

    def _given(self, read: set[str], wanted: set[str]) -> list[SizedTensor]:
        """What a pass takes: what it reads, and what it takes in the readable style."""
        given = self.parts.program.given
        return [t for t in given if t.key in read or self._name(t) in wanted]

    @cached_property
    def _names(self) -> Identifiers:
        """The names of all styles, and of what is predicted."""
        names = module_names(self.spec.forward, self.spec.backward.program)
        predicted = self.parts.predicted
        if predicted and predicted.key not in names.tensors:
            names.tensors[predicted.key] = names.namer.claim(predicted.key)
        return names

    def _name(self, tensor: SizedTensor) -> str:
        return self._names.tensors[tensor.key]

    def _open(self, tensors: Iterable[SizedTensor]) -> tuple[Tensor, ...]:
        """The tensors with an open batch, as they are described."""
        spec = self.spec
        seed = (spec.backward.seed,) if spec.backward.seed else ()
        known = (*spec.forward.tensors, *spec.backward.program.tensors, *spec.backward.results)
        by_key = {t.key: t for t in (*known, *seed)}
        return tuple(by_key[t.key] for t in tensors)

    def _tables(self) -> str:
        """What is known of the arrays: their order in the struct, and their shapes."""
        program = self.parts.program
        batched = self.parts.batched
        shapes = {t.key: t.shape[1:] if t.key in batched else t.shape for t in self.parts.fields}
        rows = [
            f'    "{self._name(t)}": {() if t.tensor.role == "cost" else shapes[t.key]},'
            for t in self.parts.fields
        ]
        rooms = [f'"{self._name(t)}"' for t in self.parts.fields if t.key in batched]
        one, more = "", list[str]()
        if isinstance(self.parts, ChunkedParts):
            one, times = ", those of one sample", self.parts.times
            more = [
                *_set_lines("BATCHED", rooms),
                '"""The arrays with a sample a row."""',
                "",
                f"CHUNK, HANDOVER = {times.chunk}, {HANDOVER}",
                f"CYCLES = {(times.cycles, times.alone)}",
                '"""The samples that are computed at once; about how many cycles it costs to hand',
                "a part of a batch over, to compute so many samples, and one alone.",
                '"""',
                "",
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
                f'"""The arrays of the library in their order, and their shapes{one}."""',
                "",
                *more,
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
        if not self._splits:
            return (load_helper("c", "face", batch=0),)
        pool = load_helper("numpy_fast", "thread_pool")
        return pool, load_helper("c", "threads"), load_helper("c", "face", batch=1)

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

    @property
    def _splits(self) -> bool:
        """Whether the batch is open, so that threads may have parts of it."""
        return isinstance(self.parts, ChunkedParts)

    def _step(self, given: list[SizedTensor]) -> Function:
        """Both passes in one call."""
        names = ", ".join(f'"{n}"' for n in self._answered())
        call = f'run_pass("step", given, ({names},))'
        sections = {}
        options: tuple[Parameter, ...] = ()
        if self._splits:
            call = f"run_step(given, ({names},), threads, workspaces)"
            sections = {"Args": self._describe_given(given, SPACES), "Raises": [NO_ROOM]}
            spaces = Parameter("workspaces", "list[Workspace] | None", "None", keyword_only=True)
            options = (THREADS, spaces)
        what = "the cost and the gradients" if self.parts.program.cost else "the gradients"
        title = f"Compute {what} in one call."
        body = [
            *self._given_lines(given, []),
            make_code([f"{TAB}answer = {call}"]),
            self._return("answer"),
        ]
        return Function(
            "step",
            (*self._parameters(given), *options),
            function_docstring(title, sections, ORDER if self._splits else ()),
            tuple(body),
            self._result,
            frozenset({*(self._name(t) for t in given), *(p.name for p in options)}),
            frozenset({"collect_arrays", "run_pass", "run_step", self._result, "Gradients"}),
        )

    def _describe_given(self, given: list[SizedTensor], more: tuple[str, ...]) -> list[str]:
        """The arguments of a step in words."""
        return [f"{self._name(t)}: as for `forward` and `backward`." for t in given] + [*more]

    @property
    def _result(self) -> str:
        return "Step" if self.parts.program.cost else "Gradients"

    def _return(self, name: str) -> Code:
        if self.parts.program.cost:
            return make_code([f"{TAB}return Step({name}[0], Gradients(*{name}[1:]))"], "return")
        return make_code([f"{TAB}return Gradients(*{name})"], "return")

    def _predict(self) -> Iterable[Function]:
        """What needs no target, from parameters by name."""
        program, output = find_prediction(self.spec.forward), self.parts.predicted
        if program is None or output is None:
            return
        read = frozenset(k for e in program.equations for k in e.reads)
        given = tuple(t for t in program.given if t.key in read)
        lines = self._given_lines([self.parts.program.tensors[t.key] for t in given], [])
        made = FunctionBody(
            given,
            values=False,
            parameters=(),
            body=(*lines, self._call("predict", (output,))),
            calls=frozenset({"collect_arrays", "run_pass"}),
            read=read,
        )
        setting = prediction_context(self.spec, program)
        yield predict_function(self.spec, program, setting, made)

    def _bind(self, given: list[SizedTensor]) -> Function:
        """A step whose arrays are bound."""
        names = ", ".join(f'"{n}"' for n in self._answered())
        make, bind = f"make_arrays(({names},))", 'bind_pass("step", given, answer)'
        options: tuple[Parameter, ...] = ()
        sections = {}
        if self._splits:
            make = f"make_apart(({names},), count_samples(given))"
            bind = "bind_step(given, answer, threads, None)"
            sections = {"Args": self._describe_given(given, PARTS), "Raises": [NO_THREAD]}
            options = (THREADS,)
        body = [
            *self._given_lines(given, []),
            make_code([f"{TAB}answer = {make}"]),
            make_code([f"{TAB}run = {bind}"]),
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
            (*self._parameters(given), *options),
            function_docstring(
                "Give a function without arguments, and what it fills.", sections, details
            ),
            tuple(body),
            result,
            frozenset({*(self._name(t) for t in given), *(p.name for p in options)}),
            frozenset({*BINDING, self._result, "Gradients"}),
        )


def _set_lines(name: str, entries: list[str]) -> list[str]:
    if not entries:
        return [f"{name}: frozenset[str] = frozenset()"]
    return [f"{name} = frozenset({{{', '.join(entries)}}})"]
