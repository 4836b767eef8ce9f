"""What becomes of a network in the fast style, in words."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.plan.explain import explain, explain_equations
from symconv.plan.forms import Wishes
from symconv.plan.planner import Plan, plan
from symconv.plan.scalar_planner import multiplications
from symconv.plan.split import least_part, split_of

from .module import MOST_ENTRIES, MOST_READS, _margins, _unrolled
from .passes import sizes_known


def told(
    forward: Program,
    backward: Backward,
    numbers: Mapping[str, str],
    wishes: Wishes | None = None,
) -> str:
    """The plan: unrolled, step by step, or why there is none; last what `step` splits."""
    scalars = _unrolled(forward, backward)
    if scalars is not None and not (wishes and wishes.forms):
        read = multiplications((*scalars.forward, *scalars.backward))
        return (
            "written out number by number: the network is tiny\n"
            f"  no tensor has more than {MOST_ENTRIES} entries, "
            f"and {read} entries are read, which is at most {MOST_READS}\n"
            "  an operation on two numbers costs less than a call of NumPy\n"
            f"{explain_equations(backward.program.equations, numbers)}\n"
            f"{_unrolled_step(backward)}"
        )
    if not sizes_known(forward):
        return (
            "as in the readable style: a size is in no shape of an array\n"
            "  fix it, such as with --size s=2, and there is a plan\n"
            f"{explain_equations(backward.program.equations, numbers)}\n"
            "step: none, as there is no workspace"
        )
    made = plan(forward, backward, wishes)
    return f"{explain(made, numbers)}\n{_planned_step(forward, backward, made)}"


def told_as_written(backward: Backward, numbers: Mapping[str, str], style: str) -> str:
    """What the equations of a style without a plan cost."""
    return (
        f"{style}: every equation as it stands; --style fast has a plan\n"
        f"{explain_equations(backward.program.equations, numbers)}"
    )


def _unrolled_step(backward: Backward) -> str:
    """What the `step` of a module is that is written out number by number."""
    if backward.seed:
        return "step: none, as the network has no cost"
    return "step: both passes in one call; the batch has a fixed size and does not split"


def _planned_step(forward: Program, backward: Backward, made: Plan) -> str:
    """From which batch on the `step` of a planned module splits, or why there is none."""
    if made.plain and not _margins(forward, backward, made):
        return "step: none, as there is no workspace"
    split = split_of(forward)
    if split is not None:
        least = least_part(backward, split)
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
