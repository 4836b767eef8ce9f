"""What becomes of a network in the fast style, in words."""

from __future__ import annotations

from symconv.codegen.fast.plan.batch_split import plan_batch_split, smallest_part
from symconv.codegen.fast.plan.plan_report import report_equations, report_plan
from symconv.codegen.fast.scalar.unrolled_program import UnrolledProgram
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.core.equation import Program
from symconv.core.proof import Backward

from .strategy import MOST_ENTRIES, MOST_READS, PlannedStrategy, Strategy, count_scalar_reads

NO_WORKSPACE = "step: none, as there is no workspace"


def explain_strategy(spec: ModuleSpec, way: Strategy) -> str:
    """The plan: unrolled, step by step, or why there is none; last what `step` splits."""
    forward, backward, numbers = spec.forward, spec.backward, spec.numbers
    if isinstance(way, PlannedStrategy):
        step = _explain_planned_step(forward, backward) if way.workspace else NO_WORKSPACE
        return f"{report_plan(way.plan, numbers)}\n{step}"
    costs = report_equations(backward.program.equations, numbers)
    if isinstance(way, UnrolledProgram):
        return (
            "written out number by number: the network is tiny\n"
            f"  no tensor has more than {MOST_ENTRIES} entries, "
            f"and {count_scalar_reads(way)} entries are read, which is at most {MOST_READS}\n"
            "  an operation on two numbers costs less than a call of NumPy\n"
            f"{costs}\n{_explain_scalar_step(backward)}"
        )
    return (
        "as in the readable style: a size is in no shape of an array\n"
        "  fix it, such as with --size s=2, and there is a plan\n"
        f"{costs}\n{NO_WORKSPACE}"
    )


def explain_as_written(spec: ModuleSpec, style: str) -> str:
    """What the equations of a style without a plan cost."""
    return (
        f"{style}: every equation as it stands; --style fast has a plan\n"
        f"{report_equations(spec.backward.program.equations, spec.numbers)}"
    )


def _explain_scalar_step(backward: Backward) -> str:
    """What the `step` of a module is that is written out number by number."""
    if backward.seed:
        return "step: none, as the network has no cost"
    return "step: both passes in one call; the batch has a fixed size and does not split"


def _explain_planned_step(forward: Program, backward: Backward) -> str:
    """From which batch on the `step` of a module with a workspace splits, or why there is none."""
    split = plan_batch_split(forward)
    if split is not None:
        least = smallest_part(backward, split)
        if least == 1:
            return "step: the batch splits over threads"
        return (
            f"step: the batch splits over threads; a part has at least {least} samples, "
            f"so that threads=2 has an effect from {2 * least} on"
        )
    batches = [t.shape[0] for t in forward.tensors if t.batch and t.role == "input"]
    if not batches:
        return "step: none, as there is no batch"
    if any(n.is_Integer for n in batches):
        return "step: none, as the batch has a fixed size"
    return "step: none, as the samples depend on each other"
