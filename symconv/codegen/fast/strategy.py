"""Which way a network goes in the fast style: number by number, planned, or as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from sympy import Symbol

from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.plan.padding_workspace import find_padded_arrays
from symconv.codegen.fast.plan.planner import ExecutionPlan, Unplanned, plan_network
from symconv.codegen.fast.plan.simplify import drop_unit_sums
from symconv.codegen.fast.scalar.scalar_planner import count_entries_read
from symconv.codegen.fast.scalar.unrolled_program import UnrolledProgram, unroll_network
from symconv.core.equation import Program
from symconv.core.errors import Unsupported
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.lower.lowering import Lowering

MOST_ENTRIES = 40
"""The most entries of a tensor in a network that is written out number by number. Each is a name,
and each function begins with all of them: with more, modules begin with pages of names; with fewer
than 36, images of 6 x 6 are left to modules that pay for every call of NumPy."""

MOST_READS = 1200
"""The most entries that the statements of an unrolled module may read. An operation on numbers
takes about 30 ns and a call of NumPy 0.4 us or more: 1200 reads take about as long as 90 calls. A
larger number unrolls what arrays compute faster, into long files; a smaller one makes networks of a
few hundred multiplications pay for calls."""


@dataclass(frozen=True)
class PlannedStrategy:
    """A plan, and whether a workspace is of use: for forms, stages or the margins of arrays.

    `lowering` remembers what was lowered to find margins, for those who write the module.
    """

    plan: ExecutionPlan
    workspace: bool
    lowering: Lowering


Strategy = UnrolledProgram | PlannedStrategy | None
"""None where a size is in no shape of an array: nothing can be planned then."""


def choose_strategy(
    forward: Program, backward: Backward, overrides: PlanOverrides | None = None
) -> Strategy:
    """A tiny network of fixed sizes is unrolled, unless a form is asked for; others are planned.

    Without a use for a workspace, the module of a plan is the readable one. SymconvError where the
    overrides do not fit the network.
    """
    # An algorithm that was asked for has to be seen in the module.
    scalars = None if overrides and overrides.forms else _unroll_if_tiny(forward, backward)
    if scalars is not None:
        return scalars
    if not _tells_every_size(forward):
        return None
    made = plan_network(forward, backward, overrides)
    tensors = {**forward.by_key, **backward.program.by_key}
    lowering = Lowering(tensors, forward.sizes, forward.equations)
    return PlannedStrategy(made, not made.plain or _has_padded_arrays(lowering, made), lowering)


def count_scalar_reads(scalars: UnrolledProgram) -> int:
    """How many entries the statements of both passes read."""
    return count_entries_read((*scalars.forward, *scalars.backward))


def _unroll_if_tiny(forward: Program, backward: Backward) -> UnrolledProgram | None:
    """The scalar program of a network that is tiny, has fixed sizes and scalar functions."""
    tensors = backward.program.tensors
    if any(not n.is_Integer for t in tensors for n in t.shape):
        return None
    # A mask has an entry for every pair of a place and a tap, but is never written here: branches
    # stand for it.
    if any(_count_tensor_entries(t) > MOST_ENTRIES for t in tensors if t.role != "mask"):
        return None
    try:
        made = unroll_network(forward, backward)
    except Unsupported:
        return None
    return made if count_scalar_reads(made) <= MOST_READS else None


def _count_tensor_entries(tensor: Tensor) -> int:
    return prod(int(n) for n in tensor.shape)


def _tells_every_size(program: Program) -> bool:
    """Whether every size symbol is an axis of an array that the caller passes.

    A size with a definition comes with a geometry that is no number.
    """
    bare = {n for t in program.given for n in t.shape if isinstance(n, Symbol)}
    found = {s for t in program.tensors for n in t.shape for s in n.free_symbols}
    return not program.sizes and found <= bare


def _has_padded_arrays(lowering: Lowering, made: ExecutionPlan) -> bool:
    """Whether a plan without forms has margins that a workspace keeps."""
    passes = (
        tuple(drop_unit_sums(s.equation) for s in steps if isinstance(s, Unplanned))
        for steps in (made.forward, made.backward)
    )
    return any(find_padded_arrays(lowering(equations)) for equations in passes)
