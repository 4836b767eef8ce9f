"""The module of a planned network: helper functions of the chosen forms, and the two passes."""

from __future__ import annotations

from collections.abc import Mapping

from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.forms.blocks import BLOCK, LONGEST_RUN
from symconv.codegen.fast.plan.batch_last_dense import Flatten, Product
from symconv.codegen.fast.plan.planner import Contract, Plain, Plan, Pool, Step, Total, Unpool
from symconv.codegen.python.finish import finished
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.module import module_names
from symconv.core.equation import Equation, Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor, key_of

from .contraction_calls import Windows
from .function_writer import Scribe
from .pooling_stage import pool, unpool
from .readable_helpers import borrowed
from .signatures import Passes

HELPERS = (
    "common",
    "framed",
    "maxima",
    "maxima_planes",
    "maxima_runs",
    "inverse",
    "batch_last",
    "folded",
    "columns",
    "gathered",
    "matrix",
    "winograd",
    "sigmoid",
)


class PlannedModule:
    """Puts the text of a planned module together."""

    def __init__(
        self, forward: Program, backward: Backward, plan: Plan, numbers: Mapping[str, str]
    ) -> None:
        self.program, self.backward, self.plan, self.numbers = forward, backward, plan, numbers
        self.names: Identifiers = module_names(forward, backward.program)
        self.tensors = {**forward.by_key, **backward.program.by_key}
        self.passes = Passes(forward, backward, self.names)
        self.windows = Windows(plan.choices, frozenset(t.key for t in backward.results))
        self.reached: dict[str, str] = {}

    def text(self, docstring: str, readable: str) -> str:
        """The module; `readable` is the text of the readable one, whose helpers it borrows."""
        first = self._written(self.plan.forward, frozenset())
        self.windows.copies.kept.forward = False
        stored = frozenset(e.key for e in self.program.equations) - self.plan.hidden
        second = self._written(self.plan.backward, stored)
        written = [t for t in self.program.tensors if t.key in stored]
        fields = [(self.names.tensors[t.key], _annotation(t)) for t in written]
        fields += [(name, "Array") for name in self.windows.copies.kept.handed]
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
        strided = [f for f in ("as_strided", "sliding_window_view") if self._uses(f, body, helpers)]
        return finished(
            "planned.py.j2",
            docstring=docstring,
            block=BLOCK,
            longest_run=LONGEST_RUN,
            helpers=[h for h in HELPERS if h in helpers],
            constants=self.windows.copies.constants.texts,
            tables=self.windows.copies.constants.functions,
            borrowed=borrowed(readable, body),
            strided=strided,
            classes=bool(self.passes.classes),
            hidden=[names[t.key] for t in self.program.tensors if t.key in self.plan.hidden],
            fields=fields,
            gradients=[names[t.key] for t in self.backward.results],
            functions=functions,
        )

    def _uses(self, function: str, body: str, helpers: set[str]) -> bool:
        """Whether the module calls a function that looks at an array through strides."""
        strided = function == "as_strided" and bool(helpers & {"columns", "winograd"})
        return strided or f"{function}(" in body

    def _written(self, steps: tuple[Step, ...], stored: frozenset[str]) -> Scribe:
        seed = {self.backward.seed.key} if self.backward.seed else set()
        outside = frozenset({t.key for t in self.passes.given} | seed)
        scribe = Scribe(self.names, self.tensors, stored, outside, self.numbers, self.program.sizes)
        waiting: list[Equation] = []
        for step in steps:
            if isinstance(step, Plain) and step.run is None:
                waiting.append(step.equation)
                continue
            scribe.readable(tuple(waiting))
            waiting = []
            self._step(scribe, step)
        scribe.readable(tuple(waiting))
        return scribe

    def _step(self, scribe: Scribe, step: Step) -> None:
        """The lines of one planned step."""
        match step:
            case Pool(stage):
                pool(self.windows, scribe, stage)
            case Unpool(stage):
                self.reached[stage.key] = unpool(self.windows, scribe, stage)
            case Total(equation, stage):
                self._total(scribe, equation, self.reached[stage.key])
            case Contract():
                self._contract(scribe, step)
            case Plain(equation, Flatten(source)):
                size = SizePrinter(self.names.sizes)(self.tensors[equation.key].shape[1])
                along = f"{scribe.tensor(_key(source))}.transpose(1, 2, 3, 0)"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = {along}.reshape({size}, -1).T", equation.key)
            case Plain(equation, Product(rows, matrix, transposed)):
                left = f"{scribe.tensor(_key(matrix))}{'' if transposed else '.T'}"
                right = f"{scribe.tensor(_key(rows))}.T"
                name = self.names.tensors[equation.key]
                scribe.line(f"{name} = ({left} @ {right}).T", equation.key)

    def _total(self, scribe: Scribe, equation: Equation, reached: str) -> None:
        """A sum over places has as many terms as there are winners."""
        name = scribe.names.tensors[equation.key]
        if equation.ranges:
            scribe.line(f"{name} = {reached}.sum(axis=(0, 2, 3))", equation.key)
        else:
            scribe.line(f"{name} = {reached}.sum().reshape(1)", equation.key)

    def _contract(self, scribe: Scribe, step: Contract) -> None:
        made = step.contraction
        if made.computes == "places":
            self.windows.places(scribe, made)
            return
        write = self.windows.kernel if made.computes == "kernel" else self.windows.image
        write(scribe, made, step.stage)


def _key(access: Indexed) -> str:
    return key_of(access)


def _annotation(tensor: Tensor) -> str:
    return "Number" if tensor.role == "cost" else "Array"
