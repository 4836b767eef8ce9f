"""The module of a planned network: helpers of the chosen algorithms, and the two passes."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap

from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.algorithms.sizes import BLOCK
from symconv.codegen.fast.algorithms.table import sort_algorithms
from symconv.codegen.fast.plan.batch_last_dense import BatchLastFlatten, BatchLastProduct
from symconv.codegen.fast.plan.planner import (
    BiasGradient,
    Contract,
    ExecutionPlan,
    Pool,
    PoolGradient,
    Step,
    Unplanned,
)
from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.module import Class, ConstantLines, Helper, Module, TupleField
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction
from symconv.codegen.python.result_classes import KEPT, gradients_class, kept_class
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.module import module_names
from symconv.codegen.readable.target import NUMPY, numpy_imports, standard_imports
from symconv.core.equation import Equation, Program
from symconv.core.tensor import Tensor, key_of
from symconv.lower.lowering import Lowering

from .contraction_calls import ContractionWriter
from .function_writer import FunctionWriter
from .helper_calls import CallWriter
from .pooling_stage import write_pooling, write_pooling_gradient
from .saved_arrays import SavedArrays
from .signatures import SignatureWriter

SHARED = ("common", "zero_pad", "max_pool", "max_pool_planes", "max_pool_runs")
"""Templates of helper functions that stand before those of the algorithms, which call them."""

OF_VALUES = frozenset({"hide", "sigmoid"})
"""Templates of helper functions that work entry by entry, and not in blocks."""

VALUES = "The values of the forward pass; `kept` is what else the backward pass needs of it."
WRITTEN = "The values of the forward pass that are written; `kept` is what else is needed of it."
GRADIENTS = "The gradients of the backward pass; none of them shares memory with a workspace."
ALIASES = {
    "Array": "Array: TypeAlias = NDArray[Any]",
    "Labels": "Labels: TypeAlias = NDArray[np.integer[Any]]",
    "Number": "Number: TypeAlias = np.floating[Any]",
    "Workspace": "Workspace: TypeAlias = dict[str, Array]",
    "Shape": "Shape: TypeAlias = tuple[int, int]",
    "Shape4": "Shape4: TypeAlias = tuple[int, int, int, int]",
}


class PlannedModule:
    """Puts a planned module together."""

    def __init__(self, spec: ModuleSpec, plan: ExecutionPlan, lowering: Lowering) -> None:
        self.spec, self.plan = spec, plan
        self.program, self.backward, self.numbers = spec.forward, spec.backward, spec.numbers
        self.predicted = find_prediction(spec.forward)
        more = {t.key: t for t in self.predicted.tensors} if self.predicted else {}
        self.lowering = replace(lowering, tensors={**lowering.tensors, **more}, found={})
        self.names: Identifiers = module_names(self.program, self.backward.program)
        for key in (k for k in more if k not in self.names.tensors):
            self.names.tensors[key] = self.names.namer.claim(key)
        self.passes = SignatureWriter(self.program, self.backward, self.names)
        self.algorithms = sort_algorithms(c.algorithm for c in plan.choices.values())
        calls = CallWriter(frozenset(t.key for t in self.backward.results))
        self.contractions = ContractionWriter(plan.choices, calls)
        self.reached: dict[str, str] = {}

    def module(self, docstring: str) -> Module:
        """The module: helper functions that the passes call, constants, results, both passes."""
        first = self._written(self.plan.forward, frozenset())
        # Forward first: what it saves, the backward pass reads.
        self.contractions.calls.saved.forward = False
        stored = frozenset(e.key for e in self.program.equations) - self.plan.hidden
        second = self._written(self.plan.backward, stored)
        written = [t for t in self.program.tensors if t.key in stored]
        fields = [TupleField(self.names.tensors[t.key], _annotation(t)) for t in written]
        kept = tuple(self.contractions.calls.saved.returned)
        fields += [TupleField(KEPT, "Kept")] if kept else []
        gradients = [self.names.tensors[t.key] for t in self.backward.results]
        functions = [
            self.passes.function("forward", first, [f.name for f in fields], kept),
            self.passes.function("backward", second, gradients),
        ]
        templates = first.helpers | second.helpers
        if self.predicted:
            third = self._write_prediction(self.predicted)
            functions.append(self.passes.predict(self.spec, self.predicted, third))
            templates |= third.helpers
        calls = frozenset[str]().union(*(f.calls for f in functions))
        helpers = self._helpers(templates, calls)
        constants = self.contractions.calls.constants
        called = calls.union(*(h.calls for h in helpers))
        return Module(
            docstring,
            (standard_imports(called), numpy_imports(called)),
            tuple(a for name, a in ALIASES.items() if self.passes.classes or name != "Labels"),
            (
                *helpers,
                *([ConstantLines("\n".join(constants.texts))] if constants.texts else []),
                *constants.functions,
                *([kept_class(kept)] if kept else []),
                Class("Forward", self._values_docstring(), tuple(fields)),
                gradients_class(GRADIENTS, gradients),
                *functions,
            ),
        )

    def _helpers(self, templates: set[str], calls: frozenset[str]) -> tuple[Helper, ...]:
        """The helper functions: those of algorithms, then those of the readable style."""
        needs = (name for a in self.algorithms for name in a.needs)
        values = {a.template: a.values for a in self.algorithms} | {"common": {"block": BLOCK}}
        ordered = dict.fromkeys((*SHARED, *needs, *values, *sorted(OF_VALUES)))
        wanted = templates | (OF_VALUES & calls)
        own = [load_helper("numpy_fast", t, **values.get(t, {})) for t in ordered if t in wanted]
        readable = NUMPY.load_helpers(calls - OF_VALUES | {"check_shape"}, labels=False)
        return (*own, *sorted(readable, key=lambda helper: helper.name == "check_shape"))

    def _values_docstring(self) -> str:
        """What `forward` answers, and which values are never written."""
        names = self.names.tensors
        hidden = [names[t.key] for t in self.program.tensors if t.key in self.plan.hidden]
        if not hidden:
            return f'{TAB}"""{VALUES}"""'
        words = f"Never written, because a maximum swallows them: {', '.join(hidden)}."
        return function_docstring(WRITTEN, {}, wrap(words, WIDTH - len(TAB)))

    def _written(self, steps: tuple[Step, ...], stored: frozenset[str]) -> FunctionWriter:
        seed = {self.backward.seed.key} if self.backward.seed else set()
        outside = frozenset({t.key for t in self.passes.given} | seed)
        scribe = FunctionWriter(self.names, self.lowering, stored, outside, self.numbers)
        # Neighbours in the readable style are lowered together, so that what they share is computed
        # once.
        waiting: list[Equation] = []
        for step in steps:
            if isinstance(step, Unplanned) and step.run is None:
                waiting.append(step.equation)
                continue
            scribe.readable(tuple(waiting))
            waiting = []
            self._write_step(scribe, step)
        scribe.readable(tuple(waiting))
        return scribe

    def _write_prediction(self, program: Program) -> FunctionWriter:
        """The steps of the forward pass that a prediction needs, and the probabilities."""
        self.contractions.calls.saved = SavedArrays(forward=False)
        wanted, known = {e.key for e in program.equations}, set(self.program.writers)
        steps = [s for s in self.plan.forward if _written_by(s) in wanted]
        steps += [Unplanned(e) for e in program.equations if e.key not in known]
        return self._written(tuple(steps), frozenset())

    def _write_step(self, scribe: FunctionWriter, step: Step) -> None:
        """The lines of one planned step."""
        match step:
            case Pool(stage):
                write_pooling(self.contractions, scribe, stage)
            case PoolGradient(stage):
                self.reached[stage.key] = write_pooling_gradient(self.contractions, scribe, stage)
            case BiasGradient(equation, stage):
                self._write_bias_gradient(scribe, equation, self.reached[stage.key])
            case Contract():
                self._write_contraction(scribe, step)
            case Unplanned(equation, BatchLastFlatten(source)):
                # In memory the batch comes last: seen as (c, i, j, n), the copy goes by runs of
                # samples.
                size = SizePrinter(self.names.sizes)(self.lowering.tensors[equation.key].shape[1])
                along = f"{scribe.tensor(_key(source))}.transpose(1, 2, 3, 0)"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = {along}.reshape({size}, -1).T", equation.key)
            case Unplanned(equation, BatchLastProduct(rows, matrix, transposed)):
                # (W^T rows^T)^T in place of rows W: the same product, but it reads and writes rows
                # that run along the batch.
                left = f"{scribe.tensor(_key(matrix))}{'' if transposed else '.T'}"
                right = f"{scribe.tensor(_key(rows))}.T"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = ({left} @ {right}).T", equation.key)

    def _write_bias_gradient(
        self, scribe: FunctionWriter, equation: Equation, reached: str
    ) -> None:
        """Write the sum of a delta over places: only winners count, and `reached` holds theirs."""
        name = scribe.names.tensors[equation.key]
        if equation.ranges:
            scribe.line(f"{name} = {reached}.sum(axis=(0, 2, 3))", equation.key)
        else:
            scribe.line(f"{name} = {reached}.sum().reshape(1)", equation.key)

    def _write_contraction(self, scribe: FunctionWriter, step: Contract) -> None:
        made = step.contraction
        if made.computes == "places":
            self.contractions.write_places(scribe, made)
            return
        if made.computes == "kernel":
            self.contractions.write_kernel_gradient(scribe, made, step.stage)
        else:
            self.contractions.write_image_gradient(scribe, made, step.stage)


def _written_by(step: Step) -> str:
    """The key of what a step of the forward pass writes."""
    match step:
        case Pool(stage) | PoolGradient(stage):
            return stage.key
        case _:
            return step.equation.key


def _key(access: Indexed) -> str:
    return key_of(access)


def _annotation(tensor: Tensor) -> str:
    return "Number" if tensor.role == "cost" else "Array"
