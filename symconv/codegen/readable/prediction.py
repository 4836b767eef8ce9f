"""`predict`: what a network predicts, without a target, from its parameters by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.long_lines import unpacking_targets, wrap_unpacking
from symconv.codegen.python.module import Code, Function, Helper, Parameter, make_code
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import PREDICTION, find_prediction
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.equation import Program, checkable_labels, class_counts
from symconv.core.tensor import Tensor
from symconv.lower.equations import lower_equations

from .docstrings import DocstringWriter
from .function import FunctionBody, FunctionContext, write_readable_function
from .module import module_names
from .size_constraints import find_size_constraints
from .target import NUMPY, Target

UNPACK = "unpack_parameters"
"""The helper function of generated modules that gives parameters in their order."""

BY_NAME = Parameter("parameters", "Parameters", keyword_only=True)


@dataclass(frozen=True)
class WrittenPrediction:
    """The function, the helper functions that it calls, and what these import."""

    function: Function
    helpers: tuple[Helper, ...]
    imports: tuple[tuple[str, ...], ...]


def prediction_context(
    spec: ModuleSpec, program: Program, target: Target = NUMPY
) -> FunctionContext:
    """What the function can reach: arrays that the caller passes, under the module's names."""
    names = module_names(spec.forward, spec.backward.program)
    tensors = dict(names.tensors)
    if program.output not in tensors:
        tensors[program.output] = names.namer.claim(PREDICTION)
    return FunctionContext(
        names=Identifiers(tensors, names.sizes, names.namer),
        passed=program.given,
        stored=(),
        definitions=program.sizes,
        numbers=spec.numbers,
        classes=checkable_labels(program.equations) if target.checks_classes else {},
        labels=frozenset(class_counts(program.equations)),
        target=target,
    )


def write_prediction(spec: ModuleSpec, target: Target = NUMPY) -> WrittenPrediction | None:
    """The vectorised function for a library of arrays; None where the network predicts nothing."""
    program = find_prediction(spec.forward)
    if program is None:
        return None
    setting = prediction_context(spec, program, target)
    tensors = {t.key: t for t in program.tensors}
    lowered = lower_equations(
        tensors, program.equations, program.sizes, correlates=target.correlates
    )
    made = write_readable_function(setting, lowered, find_size_constraints(program))
    helpers = target.load_helpers(made.calls, labels=bool(setting.labels))
    function = predict_function(spec, program, setting, made)
    return WrittenPrediction(function, helpers, target.imports(made.calls))


def predict_function(
    spec: ModuleSpec,
    program: Program,
    setting: FunctionContext,
    made: FunctionBody,
    more: tuple[str, ...] = (),
) -> Function:
    """The function with that body: its parameters come by name, it answers one array.

    `more` is said of further parameters.
    """
    names, size = setting.names.tensors, SizePrinter(setting.names.sizes)
    read = {t.key for t in made.arrays}
    unpacked = [names[t.key] if t.key in read else "_" for t in list_parameters(spec)]
    arrays = [t for t in made.arrays if t.role != "parameter"]
    body = [write_unpacking(unpacked), *made.body]
    output = names[program.output]
    # A formula that is returned as it stands has no type for those who check types.
    (first, *rest), plain = body[-1].lines, f"{TAB}{output} = "
    exempt = {"RET504"} if first.startswith(plain) else set[str]()
    typed = f"{TAB}{output}: Array = {first.removeprefix(plain)}"
    assigns = re.compile(rf"\s*(?:\w+, )*{output}(?:, \w+)* = ")
    again = any(assigns.match(line) for code in body[:-1] for line in code.lines)
    if exempt and setting.target is NUMPY and len(typed) <= WIDTH and not again:
        body[-1], exempt = replace(body[-1], lines=(typed, *rest)), set()
    body.append(make_code([f"{TAB}return {output}"], "return"))
    kinds = {True: "Labels", False: "Array"}
    parameters = [Parameter(names[t.key], kinds[t.key in setting.labels]) for t in arrays]
    sizes = [Parameter(size(s), "int", keyword_only=True) for s in made.parameters]
    return Function(
        name="predict",
        parameters=(*parameters, BY_NAME, *sizes),
        docstring=_docstring(spec, program, setting, arrays, more),
        body=tuple(body),
        result="Array",
        reads=frozenset(p.name for p in (*parameters, BY_NAME, *sizes)),
        calls=made.calls | {UNPACK},
        exempt=frozenset(exempt),
    )


def write_unpacking(names: list[str]) -> Code:
    """`w, b = unpack_parameters(parameters)`, laid out as the formatter has it."""
    head = f"{unpacking_targets(names)} = {UNPACK}"
    if len(f"{TAB}{head}(") <= WIDTH:
        return make_code(wrap_call(head, [BY_NAME.name], "", 1))
    return wrap_unpacking(names, f"{UNPACK}({BY_NAME.name})")


def list_parameters(spec: ModuleSpec) -> tuple[Tensor, ...]:
    """The parameters of a network, in the order of its calls."""
    return tuple(t for t in spec.forward.given if t.role == "parameter")


def _docstring(
    spec: ModuleSpec,
    program: Program,
    setting: FunctionContext,
    arrays: list[Tensor],
    more: tuple[str, ...],
) -> str:
    words = DocstringWriter(setting.names, {}, {}, program.equations, program.sizes)
    output = setting.names.tensors[program.output]
    known = program.output in spec.forward.by_key
    what = f"{output}, the last value before the cost" if known else "the probabilities"
    shape = ", ".join(map(words.size, program.tensor(program.output).shape))
    return function_docstring(
        f"Compute {what}; no target is needed.",
        {
            "Args": [words.describe(t) for t in arrays]
            + [f"{BY_NAME.name}: arrays by the names of PARAMETERS.", *more],
            "Returns": [f"An array of the shape ({shape}{',' * (', ' not in shape)})."],
        },
    )
