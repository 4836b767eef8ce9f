"""What becomes of a network in the fast style, in words."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.plan.explain import explain, explain_equations
from symconv.plan.forms import Wishes
from symconv.plan.planner import plan
from symconv.plan.scalar_planner import multiplications

from .module import MOST_ENTRIES, MOST_READS, _unrolled
from .passes import sizes_known


def told(
    forward: Program,
    backward: Backward,
    numbers: Mapping[str, str],
    wishes: Wishes | None = None,
) -> str:
    """The plan: unrolled, step by step, or why there is none."""
    scalars = _unrolled(forward, backward)
    if scalars is not None and not (wishes and wishes.forms):
        read = multiplications((*scalars.forward, *scalars.backward))
        return (
            "written out number by number: the network is tiny\n"
            f"  no tensor has more than {MOST_ENTRIES} entries, "
            f"and {read} entries are read, which is at most {MOST_READS}\n"
            "  an operation on two numbers costs less than a call of NumPy\n"
            f"{explain_equations(backward.program.equations, numbers)}"
        )
    if not sizes_known(forward):
        return (
            "as in the readable style: a size is in no shape of an array\n"
            "  fix it, such as with --size s=2, and there is a plan\n"
            f"{explain_equations(backward.program.equations, numbers)}"
        )
    return explain(plan(forward, backward, wishes), numbers)
