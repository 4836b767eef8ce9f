"""The batch split over threads: a `step` for networks that treat every sample by itself."""

from __future__ import annotations

from symconv.codegen.fast.plan.batch_split import BatchSplit, plan_batch_split, smallest_part
from symconv.codegen.python.array_conversion import write_axes_check, write_conversion
from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.module import ConstantLines, Function, Module, Parameter
from symconv.codegen.python.result_classes import step_class
from symconv.codegen.python.sizes import SizePrinter
from symconv.core.equation import Program, class_counts
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .step_body import LOCALS, StepBody

DETAILS = (
    "The parts are added in their order, so that the result does not depend on who is done first.",
    "Leave one thread to the library that multiplies matrices (OPENBLAS_NUM_THREADS=1).",
)
LEAST_PART = '"""The fewest samples that repay a thread."""'


def add_step(module: Module, forward: Program, backward: Backward, names: Identifiers) -> Module:
    """The module with a `step` that splits the batch; as it is where the samples do not split."""
    # An unrolled module has a `step` of its own; one that takes no workspace is the readable one,
    # which stays as it is.
    split, passes = plan_batch_split(forward), {f.name: f for f in module.functions}
    if split is None or "step" in passes or not module.takes("workspace"):
        return module
    known = {names.tensors[t.key]: t for t in (*forward.tensors, *backward.program.tensors)}
    first, second = (_positional(passes[name]) for name in ("forward", "backward"))
    given = [n for n in dict.fromkeys((*first, *second)) if n in known]
    results = {names.tensors[g.key]: t for g, t in zip(backward.results, backward.wrt, strict=True)}
    cost = None if backward.seed else names.tensors[backward.cost.key]
    samples = [n for n in given if _splits(known[n], split)]
    body = StepBody(
        words={w: names.namer.branch().claim(w) for w in LOCALS},
        passes=(first, second),
        given=given,
        samples=samples,
        results={n: names.tensors[t.key] for n, t in results.items()},
        wholes=[n for n, t in results.items() if _splits(t, split)],
        cost=cost,
        mean=split.mean,
        conversion=[
            *write_conversion(
                [known[n] for n in given], names.tensors, frozenset(class_counts(forward.equations))
            ),
            write_axes_check(samples[0], known[samples[0]].shape, SizePrinter(names.sizes)),
        ],
    )
    return module.extend(
        load_helper("numpy_fast", "thread_pool"),
        *([step_class(cost)] if cost else []),
        ConstantLines(f"LEAST_PART = {smallest_part(backward, split)}\n{LEAST_PART}"),
        _step(body, cost),
    )


def _step(body: StepBody, cost: str | None) -> Function:
    """Both passes at once."""
    threads, workspaces = body.words["threads"], body.words["workspaces"]
    parameters = (
        *(Parameter(n, "Array") for n in body.given),
        Parameter(threads, "int", "1", keyword_only=True),
        Parameter(workspaces, "list[Workspace] | None", "None", keyword_only=True),
    )
    arguments = [
        *(f"{n}: as for `forward` and `backward`." for n in body.given),
        f"{threads}: the most parts. A part has at least LEAST_PART samples, as a smaller one is",
        "    computed faster than it is handed over; one part is computed in the calling thread.",
        f"{workspaces}: dictionaries, empty at first, one a thread, that keep room for the next",
        "    call. What two calls share they must not use at the same time.",
    ]
    sections = {
        "Args": arguments,
        "Returns": ["The cost and the gradients." if cost else "Every gradient by its name."],
        "Raises": ["ValueError: there is no thread, or there are too few workspaces."],
    }
    both = "the cost and " if cost else ""
    title = f"Compute {both}all gradients, a part of the batch in each thread."
    return Function(
        name="step",
        parameters=parameters,
        docstring=function_docstring(title, sections, DETAILS),
        body=body.code(),
        result="Step" if cost else "Gradients",
        reads=body.reads(),
        calls=body.calls(),
    )


def _positional(function: Function) -> list[str]:
    """The names of the parameters that are passed by position."""
    return [p.name for p in function.parameters if not p.keyword_only]


def _splits(tensor: Tensor, split: BatchSplit) -> bool:
    """Whether a tensor has the batch as its first axis."""
    return tensor.shape[0] == split.batch
