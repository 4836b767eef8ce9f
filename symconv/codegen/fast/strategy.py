"""Which way a network goes in the fast style: number by number, planned, or as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from sympy import Symbol

from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.plan.padding_workspace import margins_of
from symconv.codegen.fast.plan.planner import ExecutionPlan, Unplanned, plan
from symconv.codegen.fast.plan.simplify import without_unit_sums
from symconv.codegen.fast.scalar.program_of import Unrolled, unrolled
from symconv.codegen.fast.scalar.scalar_planner import multiplications
from symconv.core.equation import Program
from symconv.core.errors import Unsupported
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.lower.lowering import Lowering

MOST_ENTRIES = 40
"""The most entries of a tensor in a network that is written out number by number."""

MOST_READS = 1200
"""The most entries that the statements of an unrolled module may read."""


@dataclass(frozen=True)
class Planned:
    """A plan, and whether a workspace is of use: for forms, stages or the margins of arrays.

    `lowering` remembers what was lowered to find margins, for those who write the module.
    """

    plan: ExecutionPlan
    workspace: bool
    lowering: Lowering


Way = Unrolled | Planned | None
"""None where a size is in no shape of an array: nothing can be planned then."""


def way_of(forward: Program, backward: Backward, wishes: PlanOverrides | None = None) -> Way:
    """A tiny network of fixed sizes is unrolled, unless a form is wished for; others are planned.

    Without a use for a workspace, the module of a plan is the readable one.
    """
    scalars = None if wishes and wishes.forms else _unrolled(forward, backward)
    if scalars is not None:
        return scalars
    if not _sizes_known(forward):
        return None
    made = plan(forward, backward, wishes)
    lowering = Lowering({**forward.by_key, **backward.program.by_key}, forward.sizes)
    return Planned(made, not made.plain or _margins(lowering, made), lowering)


def reads(scalars: Unrolled) -> int:
    """How many entries the statements of both passes read."""
    return multiplications((*scalars.forward, *scalars.backward))


def _unrolled(forward: Program, backward: Backward) -> Unrolled | None:
    """The scalar program of a network that is tiny, has fixed sizes and scalar functions."""
    tensors = backward.program.tensors
    if any(not n.is_Integer for t in tensors for n in t.shape):
        return None
    if any(_entries(t) > MOST_ENTRIES for t in tensors if t.role != "mask"):
        return None
    try:
        made = unrolled(forward, backward)
    except Unsupported:
        return None
    return made if reads(made) <= MOST_READS else None


def _entries(tensor: Tensor) -> int:
    return prod(int(n) for n in tensor.shape)


def _sizes_known(program: Program) -> bool:
    """Whether every size symbol is an axis of an array that the caller passes."""
    bare = {n for t in program.given for n in t.shape if isinstance(n, Symbol)}
    found = {s for t in program.tensors for n in t.shape for s in n.free_symbols}
    return not program.sizes and found <= bare


def _margins(lowering: Lowering, made: ExecutionPlan) -> bool:
    """Whether a plan without forms has margins that a workspace keeps."""
    passes = (
        tuple(without_unit_sums(s.equation) for s in steps if isinstance(s, Unplanned))
        for steps in (made.forward, made.backward)
    )
    return any(margins_of(lowering(equations)) for equations in passes)
