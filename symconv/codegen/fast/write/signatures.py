"""Signatures, docstrings and the first lines of the two passes of a planned module."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol

from symconv.codegen.python.array_conversion import (
    AXES,
    CONVERSION,
    write_axes_check,
    write_conversion,
)
from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.module import Code, Function, Parameter, make_code
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.result_classes import KEPT
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.function import FunctionBody, class_checks
from symconv.codegen.readable.prediction import predict_function, prediction_context
from symconv.codegen.readable.size_sources import SizeSource, find_size_sources
from symconv.core.equation import Program, checkable_labels, class_counts
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .function_writer import FunctionWriter

TITLES = {
    "forward": "Compute the values of the network.",
    "backward": "Compute the gradients, from the last equation of the network to the first.",
}

WORKSPACE = (
    "workspace: a dictionary, empty at first, that keeps room for the next call. What `forward`",
    "    returned lasts until its next call with the same workspace. A workspace belongs to one",
    "    thread; without one every call makes its own arrays.",
)

ROOM = (
    "workspace: as for `forward`; what is answered may lie in it, and lasts until the next call.",
)


class SignatureWriter:
    """Makes the records of both passes of a planned module; `given` are the arrays passed."""

    def __init__(self, program: Program, backward: Backward, names: Identifiers) -> None:
        self.program, self.backward, self.names = program, backward, names
        self.classes = checkable_labels(program.equations)
        self.given = program.given
        self.labels = frozenset(class_counts(program.equations))

    def function(
        self, name: str, scribe: FunctionWriter, results: list[str], kept: tuple[str, ...] = ()
    ) -> Function:
        """One pass that returns these names; `kept` are those that stand together in the last."""
        classes = self.classes if name == "forward" else {}
        counts = [n for some in classes.values() for n in some]
        scribe.mentioned = scribe.mentioned.union(*(n.atoms(Symbol) for n in counts))
        scribe.calls |= {"check_classes"} if classes else set()
        # Before the parameters: a size that no other array shows makes one more array a parameter.
        sizes = [*self._preamble(scribe), *class_checks(classes, self.names)]
        seeds = [self.backward.seed] if self.backward.seed else []
        seeds = [t for t in seeds if name == "backward" and t.key in scribe.used]
        given = [t for t in self.given if t.key in scribe.used]
        preamble = [*write_conversion([*given, *seeds], self.names.tensors, self.labels), *sizes]
        values = name == "backward" and scribe.values
        arrays, deltas = ([self._parameter(t) for t in ts] for ts in (given, seeds))
        stored = [Parameter("values", "Forward")] if values else []
        workspace = Parameter("workspace", "Workspace | None", "None")
        result = "Forward" if name == "forward" else "Gradients"
        arguments = [self._described(t) for t in given]
        arguments += ["values: what `forward` returned."] if values else []
        arguments += [self._described(t) for t in seeds]
        sections = {"Args": [*arguments, *WORKSPACE], "Returns": ["Every array by its name."]}
        returns = [make_code(wrap_call(f"{KEPT} = Kept", [*kept], "", 1))] if kept else []
        returns.append(make_code(wrap_call(f"return {result}", results, "", 1), "return"))
        reads = {p.name for p in (*arrays, *stored, *deltas)}
        return Function(
            name=name,
            parameters=(*arrays, *stored, *deltas, workspace),
            docstring=function_docstring(TITLES[name], sections),
            body=(*preamble, *scribe.body, *returns),
            result=result,
            reads=frozenset(reads | ({"workspace"} if scribe.workspace else set())),
            calls=frozenset({*scribe.calls, CONVERSION, result, *(["Kept"] if kept else [])}),
        )

    def predict(self, spec: ModuleSpec, program: Program, scribe: FunctionWriter) -> Function:
        """What is predicted, from parameters by name."""
        classes = checkable_labels(program.equations)
        counts = [n for some in classes.values() for n in some]
        scribe.mentioned = scribe.mentioned.union(*(n.atoms(Symbol) for n in counts))
        sizes = [*self._preamble(scribe), *class_checks(classes, self.names)]
        given = tuple(t for t in self.given if t.key in scribe.used)
        conversion = write_conversion(given, self.names.tensors, self.labels)
        made = FunctionBody(
            given,
            values=False,
            parameters=(),
            body=(*conversion, *sizes, *scribe.body),
            calls=frozenset({*scribe.calls, CONVERSION, *(["check_classes"] if classes else [])}),
            read=frozenset(scribe.used),
        )
        setting = replace(prediction_context(spec, program), names=self.names)
        function = predict_function(spec, program, setting, made, ROOM)
        workspace = Parameter("workspace", "Workspace | None", "None", keyword_only=True)
        read = {"workspace"} if scribe.workspace else set[str]()
        body, exempt = function.body, set(function.exempt)
        if program.output in self.program.by_key:
            # Chains of views have no type for those who check types.
            name = self.names.tensors[program.output]
            returns = make_code([f"{TAB}return np.asarray({name})"], "return")
            body, exempt = (*body[:-1], returns), set()
        # Who won a maximum is of no use here.
        exempt |= {"RUF059"} if "max_pool" in scribe.helpers else set()
        return replace(
            function,
            parameters=(*function.parameters, workspace),
            body=body,
            reads=function.reads | read,
            exempt=frozenset(exempt),
        )

    def _parameter(self, tensor: Tensor) -> Parameter:
        return Parameter(self.names.tensors[tensor.key], "Array")

    def _described(self, tensor: Tensor) -> str:
        size = SizePrinter(self.names.sizes)
        shape = ", ".join(map(size, tensor.shape)) + ("," if len(tensor.shape) == 1 else "")
        return f"{self.names.tensors[tensor.key]}: {tensor.meaning}, shape ({shape})."

    def _preamble(self, scribe: FunctionWriter) -> list[Code]:
        """Sizes from shapes, of an array that is not read otherwise if need be, and checks."""
        size = SizePrinter(self.names.sizes)
        passed = [*self.given, *([self.backward.seed] if self.backward.seed else [])]
        arrays = [SizeSource(t.key, t.shape, bare=True) for t in passed]
        used = tuple(a for a in arrays if a.key in scribe.used)
        others = tuple(a for a in arrays if a.key not in scribe.used)
        # Arrays that are read anyway come first: one more parameter is the last resort.
        found = find_size_sources(scribe.mentioned, used, others, self.program.sizes)
        scribe.used |= {read.array.key for read in found.reads}
        body = []
        for read in found.reads:
            array = self.names.tensors[read.array.key]
            body.append(write_axes_check(array, read.array.shape, size))
            for k, symbol in enumerate(read.sizes):
                if symbol is not None:
                    body.append(make_code([f"{TAB}{size(symbol)} = {array}.shape[{k}]"]))
        scribe.calls |= {AXES} if found.reads else set()
        scribe.calls |= {"check_shape"} if found.checks else set()
        for given in found.checks:
            array = self.names.tensors[given.key]
            shape = ", ".join(map(size, given.shape)) + ("," if len(given.shape) == 1 else "")
            arguments = [f'"{array}"', array, f"({shape})"]
            body.append(make_code(wrap_call("check_shape", arguments, "", 1)))
        return body
