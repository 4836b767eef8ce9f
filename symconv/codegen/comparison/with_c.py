"""How much faster C would be than the fast style: about how long a step of each takes.

The fast style counts calls, products of matrices and copies, C the cycles of its tiles: each with
the cost model that its plan was chosen by. Both are in microseconds of one machine, on one thread
in float32 (AVX-512, as the constants below), so that their ratio is worth more than they are:
on nine of the eleven rows of `benchmarks/speed.py` that were measured it is within 1.5 times. Of
depthwise layers C is twice as fast as is told; of products of 256 channels, whose arrays no cache
holds, half as fast.
"""

from __future__ import annotations

from sympy import Sum
from sympy.tensor.indexed import Indexed

from symconv.codegen.c.chunks import ChunkedParts
from symconv.codegen.c.module import GeneratedC
from symconv.codegen.c.step_cost import MICROSECOND, estimate_cycles
from symconv.codegen.fast.algorithms.operation_count import estimate_microseconds
from symconv.codegen.fast.plan.cost_model import count_work, write_time
from symconv.codegen.fast.plan.operations import count_elements, count_operations
from symconv.codegen.fast.plan.planner import Contract, Pool, Step, Unplanned
from symconv.codegen.fast.scalar.unrolled_program import UnrolledProgram
from symconv.codegen.fast.strategy import PlannedStrategy, Strategy, count_scalar_reads
from symconv.core.equation import Equation

ISA = "avx512"
"""The instructions that are compared with: those of the machine of the constants."""

READ = 0.02
"""Microseconds for an entry that is read where a network is written out number by number."""

STATEMENT = 2.3
"""Microseconds for the calls of a step that has no form of its own, whatever is in its arrays."""

ENTRY, MULTIPLIED, SUMMED = 5e-4, 1e-5, 2.2e-4
"""Microseconds for an entry that is written, and for an operation: inside of a product of matrices,
and in a sum over windows, which is none."""


def compare_with_c(strategy: Strategy, made: GeneratedC) -> str:
    """A line on what a step takes in the fast style and in C; nothing where there is no plan."""
    if strategy is None:
        return ""
    ours, other = estimate_fast(strategy), estimate_c(made)
    ratio, here = ours / other, f"a step takes about {write_time(ours)} here"
    there = f"{write_time(other)} in C (--style c --isa {ISA})"
    if ratio >= 1.1:
        return f"{here} and {there}: C is {ratio:.2g} times as fast"
    return f"{here} and {there}: C is no faster"


def estimate_fast(strategy: UnrolledProgram | PlannedStrategy) -> float:
    """About how many microseconds both passes take in the fast style; every size is a number."""
    if isinstance(strategy, UnrolledProgram):
        return READ * count_scalar_reads(strategy)
    plan = strategy.plan
    return sum(_estimate_step(s, strategy) for s in (*plan.forward, *plan.backward))


def _estimate_step(step: Step, strategy: PlannedStrategy) -> float:
    match step:
        case Contract(equation, made, stage):
            key = equation.key
        case Pool(stage):
            made, key = stage.contraction, stage.contraction.result.key
        case Unplanned(equation):
            return STATEMENT + _estimate_equation(equation)
        case _:
            return STATEMENT
    algorithm = strategy.plan.choices[key].algorithm
    phases = stage.phases if stage else (1, 1)
    return float(estimate_microseconds(count_work(made, algorithm, phases)))


def _estimate_equation(e: Equation) -> float:
    """The time inside of the calls of an equation as it stands."""
    windows = any(
        len(i.free_symbols) > 1
        for s in e.rhs.atoms(Sum)
        for a in s.atoms(Indexed)
        for i in a.indices
    )
    cost = SUMMED if windows else MULTIPLIED
    return float(ENTRY * count_elements(e) + cost * count_operations(e))


def estimate_c(made: GeneratedC) -> float:
    """About how many microseconds both passes take in C."""
    parts = made.parts.chunks[0] if isinstance(made.parts, ChunkedParts) else made.parts
    return estimate_cycles(parts) / MICROSECOND
