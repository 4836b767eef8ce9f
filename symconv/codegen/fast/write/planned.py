"""The module of a planned network: helpers of the chosen algorithms, and the two passes."""

from __future__ import annotations

from collections.abc import Mapping

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
from symconv.codegen.python.finish import finished
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.module import module_names
from symconv.core.equation import Equation, Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor, key_of

from .contraction_calls import ContractionWriter
from .function_writer import Scribe
from .helper_calls import CallWriter
from .pooling_stage import write_pooling, write_pooling_gradient
from .readable_helpers import borrowed
from .signatures import Passes

SHARED = ("common", "framed", "maxima", "maxima_planes", "maxima_runs")
"""Templates of helper functions that stand before those of the algorithms, which call them."""


class PlannedModule:
    """Puts the text of a planned module together."""

    def __init__(
        self, forward: Program, backward: Backward, plan: ExecutionPlan, numbers: Mapping[str, str]
    ) -> None:
        self.program, self.backward, self.plan, self.numbers = forward, backward, plan, numbers
        self.names: Identifiers = module_names(forward, backward.program)
        self.tensors = {**forward.by_key, **backward.program.by_key}
        self.passes = Passes(forward, backward, self.names)
        self.algorithms = sort_algorithms(c.algorithm for c in plan.choices.values())
        calls = CallWriter(frozenset(t.key for t in backward.results))
        self.contractions = ContractionWriter(plan.choices, calls)
        self.reached: dict[str, str] = {}

    def text(self, docstring: str, readable: str) -> str:
        """The module; `readable` is the text of the readable one, whose helpers it borrows."""
        first = self._written(self.plan.forward, frozenset())
        self.contractions.calls.saved.forward = False
        stored = frozenset(e.key for e in self.program.equations) - self.plan.hidden
        second = self._written(self.plan.backward, stored)
        written = [t for t in self.program.tensors if t.key in stored]
        fields = [(self.names.tensors[t.key], _annotation(t)) for t in written]
        fields += [(name, "Array") for name in self.contractions.calls.saved.returned]
        functions = [
            self.passes.function("forward", first, [n for n, _ in fields]),
            self.passes.function(
                "backward", second, [self.names.tensors[t.key] for t in self.backward.results]
            ),
        ]
        body = "\n".join(line for function in functions for line in function["body"])
        helpers = first.helpers | second.helpers
        names = self.names.tensors
        if "sigmoid(" in body:
            helpers.add("sigmoid")
        strided = [f for f in ("as_strided", "sliding_window_view") if self._uses(f, body)]
        return finished(
            "planned.py.j2",
            docstring=docstring,
            block=BLOCK,
            helpers=[h for h in self._templates() if h in helpers],
            **{k: v for a in self.algorithms for k, v in a.values.items()},
            constants=self.contractions.calls.constants.texts,
            tables=self.contractions.calls.constants.functions,
            borrowed=borrowed(readable, body),
            strided=strided,
            classes=bool(self.passes.classes),
            hidden=[names[t.key] for t in self.program.tensors if t.key in self.plan.hidden],
            fields=fields,
            gradients=[names[t.key] for t in self.backward.results],
            functions=functions,
        )

    def _templates(self) -> tuple[str, ...]:
        """The templates of helper functions that the module may need, each after what it calls."""
        needs = (name for a in self.algorithms for name in a.needs)
        own = (a.template for a in self.algorithms)
        return tuple(dict.fromkeys((*SHARED, *needs, *own, "sigmoid")))

    def _uses(self, function: str, body: str) -> bool:
        """Whether the module calls a function that looks at an array through strides."""
        return f"{function}(" in body or any(function in a.strides for a in self.algorithms)

    def _written(self, steps: tuple[Step, ...], stored: frozenset[str]) -> Scribe:
        seed = {self.backward.seed.key} if self.backward.seed else set()
        outside = frozenset({t.key for t in self.passes.given} | seed)
        scribe = Scribe(self.names, self.tensors, stored, outside, self.numbers, self.program.sizes)
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

    def _write_step(self, scribe: Scribe, step: Step) -> None:
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
                size = SizePrinter(self.names.sizes)(self.tensors[equation.key].shape[1])
                along = f"{scribe.tensor(_key(source))}.transpose(1, 2, 3, 0)"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = {along}.reshape({size}, -1).T", equation.key)
            case Unplanned(equation, BatchLastProduct(rows, matrix, transposed)):
                left = f"{scribe.tensor(_key(matrix))}{'' if transposed else '.T'}"
                right = f"{scribe.tensor(_key(rows))}.T"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = ({left} @ {right}).T", equation.key)

    def _write_bias_gradient(self, scribe: Scribe, equation: Equation, reached: str) -> None:
        """A sum over places has as many terms as there are winners."""
        name = scribe.names.tensors[equation.key]
        if equation.ranges:
            scribe.line(f"{name} = {reached}.sum(axis=(0, 2, 3))", equation.key)
        else:
            scribe.line(f"{name} = {reached}.sum().reshape(1)", equation.key)

    def _write_contraction(self, scribe: Scribe, step: Contract) -> None:
        made = step.contraction
        if made.computes == "places":
            self.contractions.write_places(scribe, made)
            return
        if made.computes == "kernel":
            self.contractions.write_kernel_gradient(scribe, made, step.stage)
        else:
            self.contractions.write_image_gradient(scribe, made, step.stage)


def _key(access: Indexed) -> str:
    return key_of(access)


def _annotation(tensor: Tensor) -> str:
    return "Number" if tensor.role == "cost" else "Array"
